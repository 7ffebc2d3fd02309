"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// node_modules/postgres-array/index.js
var require_postgres_array = __commonJS({
  "node_modules/postgres-array/index.js"(exports2) {
    "use strict";
    exports2.parse = function(source, transform) {
      return new ArrayParser(source, transform).parse();
    };
    var ArrayParser = class _ArrayParser {
      constructor(source, transform) {
        this.source = source;
        this.transform = transform || identity;
        this.position = 0;
        this.entries = [];
        this.recorded = [];
        this.dimension = 0;
      }
      isEof() {
        return this.position >= this.source.length;
      }
      nextCharacter() {
        var character = this.source[this.position++];
        if (character === "\\") {
          return {
            value: this.source[this.position++],
            escaped: true
          };
        }
        return {
          value: character,
          escaped: false
        };
      }
      record(character) {
        this.recorded.push(character);
      }
      newEntry(includeEmpty) {
        var entry;
        if (this.recorded.length > 0 || includeEmpty) {
          entry = this.recorded.join("");
          if (entry === "NULL" && !includeEmpty) {
            entry = null;
          }
          if (entry !== null) entry = this.transform(entry);
          this.entries.push(entry);
          this.recorded = [];
        }
      }
      consumeDimensions() {
        if (this.source[0] === "[") {
          while (!this.isEof()) {
            var char = this.nextCharacter();
            if (char.value === "=") break;
          }
        }
      }
      parse(nested) {
        var character, parser, quote;
        this.consumeDimensions();
        while (!this.isEof()) {
          character = this.nextCharacter();
          if (character.value === "{" && !quote) {
            this.dimension++;
            if (this.dimension > 1) {
              parser = new _ArrayParser(this.source.substr(this.position - 1), this.transform);
              this.entries.push(parser.parse(true));
              this.position += parser.position - 2;
            }
          } else if (character.value === "}" && !quote) {
            this.dimension--;
            if (!this.dimension) {
              this.newEntry();
              if (nested) return this.entries;
            }
          } else if (character.value === '"' && !character.escaped) {
            if (quote) this.newEntry(true);
            quote = !quote;
          } else if (character.value === "," && !quote) {
            this.newEntry();
          } else {
            this.record(character.value);
          }
        }
        if (this.dimension !== 0) {
          throw new Error("array dimension not balanced");
        }
        return this.entries;
      }
    };
    function identity(value) {
      return value;
    }
  }
});

// node_modules/pg-types/lib/arrayParser.js
var require_arrayParser = __commonJS({
  "node_modules/pg-types/lib/arrayParser.js"(exports2, module2) {
    var array = require_postgres_array();
    module2.exports = {
      create: function(source, transform) {
        return {
          parse: function() {
            return array.parse(source, transform);
          }
        };
      }
    };
  }
});

// node_modules/postgres-date/index.js
var require_postgres_date = __commonJS({
  "node_modules/postgres-date/index.js"(exports2, module2) {
    "use strict";
    var DATE_TIME = /(\d{1,})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})(\.\d{1,})?.*?( BC)?$/;
    var DATE = /^(\d{1,})-(\d{2})-(\d{2})( BC)?$/;
    var TIME_ZONE = /([Z+-])(\d{2})?:?(\d{2})?:?(\d{2})?/;
    var INFINITY = /^-?infinity$/;
    module2.exports = function parseDate(isoDate) {
      if (INFINITY.test(isoDate)) {
        return Number(isoDate.replace("i", "I"));
      }
      var matches = DATE_TIME.exec(isoDate);
      if (!matches) {
        return getDate(isoDate) || null;
      }
      var isBC = !!matches[8];
      var year = parseInt(matches[1], 10);
      if (isBC) {
        year = bcYearToNegativeYear(year);
      }
      var month = parseInt(matches[2], 10) - 1;
      var day = matches[3];
      var hour = parseInt(matches[4], 10);
      var minute = parseInt(matches[5], 10);
      var second = parseInt(matches[6], 10);
      var ms = matches[7];
      ms = ms ? 1e3 * parseFloat(ms) : 0;
      var date;
      var offset = timeZoneOffset(isoDate);
      if (offset != null) {
        date = new Date(Date.UTC(year, month, day, hour, minute, second, ms));
        if (is0To99(year)) {
          date.setUTCFullYear(year);
        }
        if (offset !== 0) {
          date.setTime(date.getTime() - offset);
        }
      } else {
        date = new Date(year, month, day, hour, minute, second, ms);
        if (is0To99(year)) {
          date.setFullYear(year);
        }
      }
      return date;
    };
    function getDate(isoDate) {
      var matches = DATE.exec(isoDate);
      if (!matches) {
        return;
      }
      var year = parseInt(matches[1], 10);
      var isBC = !!matches[4];
      if (isBC) {
        year = bcYearToNegativeYear(year);
      }
      var month = parseInt(matches[2], 10) - 1;
      var day = matches[3];
      var date = new Date(year, month, day);
      if (is0To99(year)) {
        date.setFullYear(year);
      }
      return date;
    }
    function timeZoneOffset(isoDate) {
      if (isoDate.endsWith("+00")) {
        return 0;
      }
      var zone = TIME_ZONE.exec(isoDate.split(" ")[1]);
      if (!zone) return;
      var type = zone[1];
      if (type === "Z") {
        return 0;
      }
      var sign = type === "-" ? -1 : 1;
      var offset = parseInt(zone[2], 10) * 3600 + parseInt(zone[3] || 0, 10) * 60 + parseInt(zone[4] || 0, 10);
      return offset * sign * 1e3;
    }
    function bcYearToNegativeYear(year) {
      return -(year - 1);
    }
    function is0To99(num) {
      return num >= 0 && num < 100;
    }
  }
});

// node_modules/xtend/mutable.js
var require_mutable = __commonJS({
  "node_modules/xtend/mutable.js"(exports2, module2) {
    module2.exports = extend;
    var hasOwnProperty = Object.prototype.hasOwnProperty;
    function extend(target) {
      for (var i = 1; i < arguments.length; i++) {
        var source = arguments[i];
        for (var key in source) {
          if (hasOwnProperty.call(source, key)) {
            target[key] = source[key];
          }
        }
      }
      return target;
    }
  }
});

// node_modules/postgres-interval/index.js
var require_postgres_interval = __commonJS({
  "node_modules/postgres-interval/index.js"(exports2, module2) {
    "use strict";
    var extend = require_mutable();
    module2.exports = PostgresInterval;
    function PostgresInterval(raw) {
      if (!(this instanceof PostgresInterval)) {
        return new PostgresInterval(raw);
      }
      extend(this, parse(raw));
    }
    var properties = ["seconds", "minutes", "hours", "days", "months", "years"];
    PostgresInterval.prototype.toPostgres = function() {
      var filtered = properties.filter(this.hasOwnProperty, this);
      if (this.milliseconds && filtered.indexOf("seconds") < 0) {
        filtered.push("seconds");
      }
      if (filtered.length === 0) return "0";
      return filtered.map(function(property) {
        var value = this[property] || 0;
        if (property === "seconds" && this.milliseconds) {
          value = (value + this.milliseconds / 1e3).toFixed(6).replace(/\.?0+$/, "");
        }
        return value + " " + property;
      }, this).join(" ");
    };
    var propertiesISOEquivalent = {
      years: "Y",
      months: "M",
      days: "D",
      hours: "H",
      minutes: "M",
      seconds: "S"
    };
    var dateProperties = ["years", "months", "days"];
    var timeProperties = ["hours", "minutes", "seconds"];
    PostgresInterval.prototype.toISOString = PostgresInterval.prototype.toISO = function() {
      var datePart = dateProperties.map(buildProperty, this).join("");
      var timePart = timeProperties.map(buildProperty, this).join("");
      return "P" + datePart + "T" + timePart;
      function buildProperty(property) {
        var value = this[property] || 0;
        if (property === "seconds" && this.milliseconds) {
          value = (value + this.milliseconds / 1e3).toFixed(6).replace(/0+$/, "");
        }
        return value + propertiesISOEquivalent[property];
      }
    };
    var NUMBER = "([+-]?\\d+)";
    var YEAR = NUMBER + "\\s+years?";
    var MONTH = NUMBER + "\\s+mons?";
    var DAY = NUMBER + "\\s+days?";
    var TIME2 = "([+-])?([\\d]*):(\\d\\d):(\\d\\d)\\.?(\\d{1,6})?";
    var INTERVAL = new RegExp([YEAR, MONTH, DAY, TIME2].map(function(regexString) {
      return "(" + regexString + ")?";
    }).join("\\s*"));
    var positions = {
      years: 2,
      months: 4,
      days: 6,
      hours: 9,
      minutes: 10,
      seconds: 11,
      milliseconds: 12
    };
    var negatives = ["hours", "minutes", "seconds", "milliseconds"];
    function parseMilliseconds(fraction) {
      var microseconds = fraction + "000000".slice(fraction.length);
      return parseInt(microseconds, 10) / 1e3;
    }
    function parse(interval) {
      if (!interval) return {};
      var matches = INTERVAL.exec(interval);
      var isNegative = matches[8] === "-";
      return Object.keys(positions).reduce(function(parsed2, property) {
        var position = positions[property];
        var value = matches[position];
        if (!value) return parsed2;
        value = property === "milliseconds" ? parseMilliseconds(value) : parseInt(value, 10);
        if (!value) return parsed2;
        if (isNegative && ~negatives.indexOf(property)) {
          value *= -1;
        }
        parsed2[property] = value;
        return parsed2;
      }, {});
    }
  }
});

// node_modules/postgres-bytea/index.js
var require_postgres_bytea = __commonJS({
  "node_modules/postgres-bytea/index.js"(exports2, module2) {
    "use strict";
    var bufferFrom = Buffer.from || Buffer;
    module2.exports = function parseBytea(input) {
      if (/^\\x/.test(input)) {
        return bufferFrom(input.substr(2), "hex");
      }
      var output = "";
      var i = 0;
      while (i < input.length) {
        if (input[i] !== "\\") {
          output += input[i];
          ++i;
        } else {
          if (/[0-7]{3}/.test(input.substr(i + 1, 3))) {
            output += String.fromCharCode(parseInt(input.substr(i + 1, 3), 8));
            i += 4;
          } else {
            var backslashes = 1;
            while (i + backslashes < input.length && input[i + backslashes] === "\\") {
              backslashes++;
            }
            for (var k = 0; k < Math.floor(backslashes / 2); ++k) {
              output += "\\";
            }
            i += Math.floor(backslashes / 2) * 2;
          }
        }
      }
      return bufferFrom(output, "binary");
    };
  }
});

// node_modules/pg-types/lib/textParsers.js
var require_textParsers = __commonJS({
  "node_modules/pg-types/lib/textParsers.js"(exports2, module2) {
    var array = require_postgres_array();
    var arrayParser = require_arrayParser();
    var parseDate = require_postgres_date();
    var parseInterval = require_postgres_interval();
    var parseByteA = require_postgres_bytea();
    function allowNull(fn) {
      return function nullAllowed(value) {
        if (value === null) return value;
        return fn(value);
      };
    }
    function parseBool(value) {
      if (value === null) return value;
      return value === "TRUE" || value === "t" || value === "true" || value === "y" || value === "yes" || value === "on" || value === "1";
    }
    function parseBoolArray(value) {
      if (!value) return null;
      return array.parse(value, parseBool);
    }
    function parseBaseTenInt(string) {
      return parseInt(string, 10);
    }
    function parseIntegerArray(value) {
      if (!value) return null;
      return array.parse(value, allowNull(parseBaseTenInt));
    }
    function parseBigIntegerArray(value) {
      if (!value) return null;
      return array.parse(value, allowNull(function(entry) {
        return parseBigInteger(entry).trim();
      }));
    }
    var parsePointArray = function(value) {
      if (!value) {
        return null;
      }
      var p = arrayParser.create(value, function(entry) {
        if (entry !== null) {
          entry = parsePoint(entry);
        }
        return entry;
      });
      return p.parse();
    };
    var parseFloatArray = function(value) {
      if (!value) {
        return null;
      }
      var p = arrayParser.create(value, function(entry) {
        if (entry !== null) {
          entry = parseFloat(entry);
        }
        return entry;
      });
      return p.parse();
    };
    var parseStringArray = function(value) {
      if (!value) {
        return null;
      }
      var p = arrayParser.create(value);
      return p.parse();
    };
    var parseDateArray = function(value) {
      if (!value) {
        return null;
      }
      var p = arrayParser.create(value, function(entry) {
        if (entry !== null) {
          entry = parseDate(entry);
        }
        return entry;
      });
      return p.parse();
    };
    var parseIntervalArray = function(value) {
      if (!value) {
        return null;
      }
      var p = arrayParser.create(value, function(entry) {
        if (entry !== null) {
          entry = parseInterval(entry);
        }
        return entry;
      });
      return p.parse();
    };
    var parseByteAArray = function(value) {
      if (!value) {
        return null;
      }
      return array.parse(value, allowNull(parseByteA));
    };
    var parseInteger = function(value) {
      return parseInt(value, 10);
    };
    var parseBigInteger = function(value) {
      var valStr = String(value);
      if (/^\d+$/.test(valStr)) {
        return valStr;
      }
      return value;
    };
    var parseJsonArray = function(value) {
      if (!value) {
        return null;
      }
      return array.parse(value, allowNull(JSON.parse));
    };
    var parsePoint = function(value) {
      if (value[0] !== "(") {
        return null;
      }
      value = value.substring(1, value.length - 1).split(",");
      return {
        x: parseFloat(value[0]),
        y: parseFloat(value[1])
      };
    };
    var parseCircle = function(value) {
      if (value[0] !== "<" && value[1] !== "(") {
        return null;
      }
      var point = "(";
      var radius = "";
      var pointParsed = false;
      for (var i = 2; i < value.length - 1; i++) {
        if (!pointParsed) {
          point += value[i];
        }
        if (value[i] === ")") {
          pointParsed = true;
          continue;
        } else if (!pointParsed) {
          continue;
        }
        if (value[i] === ",") {
          continue;
        }
        radius += value[i];
      }
      var result = parsePoint(point);
      result.radius = parseFloat(radius);
      return result;
    };
    var init = function(register) {
      register(20, parseBigInteger);
      register(21, parseInteger);
      register(23, parseInteger);
      register(26, parseInteger);
      register(700, parseFloat);
      register(701, parseFloat);
      register(16, parseBool);
      register(1082, parseDate);
      register(1114, parseDate);
      register(1184, parseDate);
      register(600, parsePoint);
      register(651, parseStringArray);
      register(718, parseCircle);
      register(1e3, parseBoolArray);
      register(1001, parseByteAArray);
      register(1005, parseIntegerArray);
      register(1007, parseIntegerArray);
      register(1028, parseIntegerArray);
      register(1016, parseBigIntegerArray);
      register(1017, parsePointArray);
      register(1021, parseFloatArray);
      register(1022, parseFloatArray);
      register(1231, parseFloatArray);
      register(1014, parseStringArray);
      register(1015, parseStringArray);
      register(1008, parseStringArray);
      register(1009, parseStringArray);
      register(1040, parseStringArray);
      register(1041, parseStringArray);
      register(1115, parseDateArray);
      register(1182, parseDateArray);
      register(1185, parseDateArray);
      register(1186, parseInterval);
      register(1187, parseIntervalArray);
      register(17, parseByteA);
      register(114, JSON.parse.bind(JSON));
      register(3802, JSON.parse.bind(JSON));
      register(199, parseJsonArray);
      register(3807, parseJsonArray);
      register(3907, parseStringArray);
      register(2951, parseStringArray);
      register(791, parseStringArray);
      register(1183, parseStringArray);
      register(1270, parseStringArray);
    };
    module2.exports = {
      init
    };
  }
});

// node_modules/pg-int8/index.js
var require_pg_int8 = __commonJS({
  "node_modules/pg-int8/index.js"(exports2, module2) {
    "use strict";
    var BASE = 1e6;
    function readInt8(buffer) {
      var high = buffer.readInt32BE(0);
      var low = buffer.readUInt32BE(4);
      var sign = "";
      if (high < 0) {
        high = ~high + (low === 0);
        low = ~low + 1 >>> 0;
        sign = "-";
      }
      var result = "";
      var carry;
      var t;
      var digits;
      var pad;
      var l;
      var i;
      {
        carry = high % BASE;
        high = high / BASE >>> 0;
        t = 4294967296 * carry + low;
        low = t / BASE >>> 0;
        digits = "" + (t - BASE * low);
        if (low === 0 && high === 0) {
          return sign + digits + result;
        }
        pad = "";
        l = 6 - digits.length;
        for (i = 0; i < l; i++) {
          pad += "0";
        }
        result = pad + digits + result;
      }
      {
        carry = high % BASE;
        high = high / BASE >>> 0;
        t = 4294967296 * carry + low;
        low = t / BASE >>> 0;
        digits = "" + (t - BASE * low);
        if (low === 0 && high === 0) {
          return sign + digits + result;
        }
        pad = "";
        l = 6 - digits.length;
        for (i = 0; i < l; i++) {
          pad += "0";
        }
        result = pad + digits + result;
      }
      {
        carry = high % BASE;
        high = high / BASE >>> 0;
        t = 4294967296 * carry + low;
        low = t / BASE >>> 0;
        digits = "" + (t - BASE * low);
        if (low === 0 && high === 0) {
          return sign + digits + result;
        }
        pad = "";
        l = 6 - digits.length;
        for (i = 0; i < l; i++) {
          pad += "0";
        }
        result = pad + digits + result;
      }
      {
        carry = high % BASE;
        t = 4294967296 * carry + low;
        digits = "" + t % BASE;
        return sign + digits + result;
      }
    }
    module2.exports = readInt8;
  }
});

// node_modules/pg-types/lib/binaryParsers.js
var require_binaryParsers = __commonJS({
  "node_modules/pg-types/lib/binaryParsers.js"(exports2, module2) {
    var parseInt64 = require_pg_int8();
    var parseBits = function(data, bits, offset, invert, callback) {
      offset = offset || 0;
      invert = invert || false;
      callback = callback || function(lastValue, newValue, bits2) {
        return lastValue * Math.pow(2, bits2) + newValue;
      };
      var offsetBytes = offset >> 3;
      var inv = function(value) {
        if (invert) {
          return ~value & 255;
        }
        return value;
      };
      var mask = 255;
      var firstBits = 8 - offset % 8;
      if (bits < firstBits) {
        mask = 255 << 8 - bits & 255;
        firstBits = bits;
      }
      if (offset) {
        mask = mask >> offset % 8;
      }
      var result = 0;
      if (offset % 8 + bits >= 8) {
        result = callback(0, inv(data[offsetBytes]) & mask, firstBits);
      }
      var bytes = bits + offset >> 3;
      for (var i = offsetBytes + 1; i < bytes; i++) {
        result = callback(result, inv(data[i]), 8);
      }
      var lastBits = (bits + offset) % 8;
      if (lastBits > 0) {
        result = callback(result, inv(data[bytes]) >> 8 - lastBits, lastBits);
      }
      return result;
    };
    var parseFloatFromBits = function(data, precisionBits, exponentBits) {
      var bias = Math.pow(2, exponentBits - 1) - 1;
      var sign = parseBits(data, 1);
      var exponent = parseBits(data, exponentBits, 1);
      if (exponent === 0) {
        return 0;
      }
      var precisionBitsCounter = 1;
      var parsePrecisionBits = function(lastValue, newValue, bits) {
        if (lastValue === 0) {
          lastValue = 1;
        }
        for (var i = 1; i <= bits; i++) {
          precisionBitsCounter /= 2;
          if ((newValue & 1 << bits - i) > 0) {
            lastValue += precisionBitsCounter;
          }
        }
        return lastValue;
      };
      var mantissa = parseBits(data, precisionBits, exponentBits + 1, false, parsePrecisionBits);
      if (exponent == Math.pow(2, exponentBits + 1) - 1) {
        if (mantissa === 0) {
          return sign === 0 ? Infinity : -Infinity;
        }
        return NaN;
      }
      return (sign === 0 ? 1 : -1) * Math.pow(2, exponent - bias) * mantissa;
    };
    var parseInt16 = function(value) {
      if (parseBits(value, 1) == 1) {
        return -1 * (parseBits(value, 15, 1, true) + 1);
      }
      return parseBits(value, 15, 1);
    };
    var parseInt32 = function(value) {
      if (parseBits(value, 1) == 1) {
        return -1 * (parseBits(value, 31, 1, true) + 1);
      }
      return parseBits(value, 31, 1);
    };
    var parseFloat32 = function(value) {
      return parseFloatFromBits(value, 23, 8);
    };
    var parseFloat64 = function(value) {
      return parseFloatFromBits(value, 52, 11);
    };
    var parseNumeric = function(value) {
      var sign = parseBits(value, 16, 32);
      if (sign == 49152) {
        return NaN;
      }
      var weight = Math.pow(1e4, parseBits(value, 16, 16));
      var result = 0;
      var digits = [];
      var ndigits = parseBits(value, 16);
      for (var i = 0; i < ndigits; i++) {
        result += parseBits(value, 16, 64 + 16 * i) * weight;
        weight /= 1e4;
      }
      var scale = Math.pow(10, parseBits(value, 16, 48));
      return (sign === 0 ? 1 : -1) * Math.round(result * scale) / scale;
    };
    var parseDate = function(isUTC, value) {
      var sign = parseBits(value, 1);
      var rawValue = parseBits(value, 63, 1);
      var result = new Date((sign === 0 ? 1 : -1) * rawValue / 1e3 + 9466848e5);
      if (!isUTC) {
        result.setTime(result.getTime() + result.getTimezoneOffset() * 6e4);
      }
      result.usec = rawValue % 1e3;
      result.getMicroSeconds = function() {
        return this.usec;
      };
      result.setMicroSeconds = function(value2) {
        this.usec = value2;
      };
      result.getUTCMicroSeconds = function() {
        return this.usec;
      };
      return result;
    };
    var parseArray = function(value) {
      var dim = parseBits(value, 32);
      var flags = parseBits(value, 32, 32);
      var elementType = parseBits(value, 32, 64);
      var offset = 96;
      var dims = [];
      for (var i = 0; i < dim; i++) {
        dims[i] = parseBits(value, 32, offset);
        offset += 32;
        offset += 32;
      }
      var parseElement = function(elementType2) {
        var length = parseBits(value, 32, offset);
        offset += 32;
        if (length == 4294967295) {
          return null;
        }
        var result;
        if (elementType2 == 23 || elementType2 == 20) {
          result = parseBits(value, length * 8, offset);
          offset += length * 8;
          return result;
        } else if (elementType2 == 25) {
          result = value.toString(this.encoding, offset >> 3, (offset += length << 3) >> 3);
          return result;
        } else {
          console.log("ERROR: ElementType not implemented: " + elementType2);
        }
      };
      var parse = function(dimension, elementType2) {
        var array = [];
        var i2;
        if (dimension.length > 1) {
          var count2 = dimension.shift();
          for (i2 = 0; i2 < count2; i2++) {
            array[i2] = parse(dimension, elementType2);
          }
          dimension.unshift(count2);
        } else {
          for (i2 = 0; i2 < dimension[0]; i2++) {
            array[i2] = parseElement(elementType2);
          }
        }
        return array;
      };
      return parse(dims, elementType);
    };
    var parseText = function(value) {
      return value.toString("utf8");
    };
    var parseBool = function(value) {
      if (value === null) return null;
      return parseBits(value, 8) > 0;
    };
    var init = function(register) {
      register(20, parseInt64);
      register(21, parseInt16);
      register(23, parseInt32);
      register(26, parseInt32);
      register(1700, parseNumeric);
      register(700, parseFloat32);
      register(701, parseFloat64);
      register(16, parseBool);
      register(1114, parseDate.bind(null, false));
      register(1184, parseDate.bind(null, true));
      register(1e3, parseArray);
      register(1007, parseArray);
      register(1016, parseArray);
      register(1008, parseArray);
      register(1009, parseArray);
      register(25, parseText);
    };
    module2.exports = {
      init
    };
  }
});

// node_modules/pg-types/lib/builtins.js
var require_builtins = __commonJS({
  "node_modules/pg-types/lib/builtins.js"(exports2, module2) {
    module2.exports = {
      BOOL: 16,
      BYTEA: 17,
      CHAR: 18,
      INT8: 20,
      INT2: 21,
      INT4: 23,
      REGPROC: 24,
      TEXT: 25,
      OID: 26,
      TID: 27,
      XID: 28,
      CID: 29,
      JSON: 114,
      XML: 142,
      PG_NODE_TREE: 194,
      SMGR: 210,
      PATH: 602,
      POLYGON: 604,
      CIDR: 650,
      FLOAT4: 700,
      FLOAT8: 701,
      ABSTIME: 702,
      RELTIME: 703,
      TINTERVAL: 704,
      CIRCLE: 718,
      MACADDR8: 774,
      MONEY: 790,
      MACADDR: 829,
      INET: 869,
      ACLITEM: 1033,
      BPCHAR: 1042,
      VARCHAR: 1043,
      DATE: 1082,
      TIME: 1083,
      TIMESTAMP: 1114,
      TIMESTAMPTZ: 1184,
      INTERVAL: 1186,
      TIMETZ: 1266,
      BIT: 1560,
      VARBIT: 1562,
      NUMERIC: 1700,
      REFCURSOR: 1790,
      REGPROCEDURE: 2202,
      REGOPER: 2203,
      REGOPERATOR: 2204,
      REGCLASS: 2205,
      REGTYPE: 2206,
      UUID: 2950,
      TXID_SNAPSHOT: 2970,
      PG_LSN: 3220,
      PG_NDISTINCT: 3361,
      PG_DEPENDENCIES: 3402,
      TSVECTOR: 3614,
      TSQUERY: 3615,
      GTSVECTOR: 3642,
      REGCONFIG: 3734,
      REGDICTIONARY: 3769,
      JSONB: 3802,
      REGNAMESPACE: 4089,
      REGROLE: 4096
    };
  }
});

// node_modules/pg-types/index.js
var require_pg_types = __commonJS({
  "node_modules/pg-types/index.js"(exports2) {
    var textParsers = require_textParsers();
    var binaryParsers = require_binaryParsers();
    var arrayParser = require_arrayParser();
    var builtinTypes = require_builtins();
    exports2.getTypeParser = getTypeParser;
    exports2.setTypeParser = setTypeParser;
    exports2.arrayParser = arrayParser;
    exports2.builtins = builtinTypes;
    var typeParsers = {
      text: {},
      binary: {}
    };
    function noParse(val) {
      return String(val);
    }
    function getTypeParser(oid, format) {
      format = format || "text";
      if (!typeParsers[format]) {
        return noParse;
      }
      return typeParsers[format][oid] || noParse;
    }
    function setTypeParser(oid, format, parseFn) {
      if (typeof format == "function") {
        parseFn = format;
        format = "text";
      }
      typeParsers[format][oid] = parseFn;
    }
    textParsers.init(function(oid, converter) {
      typeParsers.text[oid] = converter;
    });
    binaryParsers.init(function(oid, converter) {
      typeParsers.binary[oid] = converter;
    });
  }
});

// node_modules/pg/lib/defaults.js
var require_defaults = __commonJS({
  "node_modules/pg/lib/defaults.js"(exports2, module2) {
    "use strict";
    var user;
    try {
      user = process.platform === "win32" ? process.env.USERNAME : process.env.USER;
    } catch {
    }
    module2.exports = {
      // database host. defaults to localhost
      host: "localhost",
      // database user's name
      user,
      // name of database to connect
      database: void 0,
      // database user's password
      password: null,
      // a Postgres connection string to be used instead of setting individual connection items
      // NOTE:  Setting this value will cause it to override any other value (such as database or user) defined
      // in the defaults object.
      connectionString: void 0,
      // database port
      port: 5432,
      // number of rows to return at a time from a prepared statement's
      // portal. 0 will return all rows at once
      rows: 0,
      // binary result mode
      binary: false,
      // Connection pool options - see https://github.com/brianc/node-pg-pool
      // number of connections to use in connection pool
      // 0 will disable connection pooling
      max: 10,
      // max milliseconds a client can go unused before it is removed
      // from the pool and destroyed
      idleTimeoutMillis: 3e4,
      client_encoding: "",
      ssl: false,
      // SSL negotiation style: 'postgres' (traditional SSLRequest) or 'direct'
      sslnegotiation: void 0,
      application_name: void 0,
      fallback_application_name: void 0,
      options: void 0,
      parseInputDatesAsUTC: false,
      // max milliseconds any query using this connection will execute for before timing out in error.
      // false=unlimited
      statement_timeout: false,
      // Abort any statement that waits longer than the specified duration in milliseconds while attempting to acquire a lock.
      // false=unlimited
      lock_timeout: false,
      // Terminate any session with an open transaction that has been idle for longer than the specified duration in milliseconds
      // false=unlimited
      idle_in_transaction_session_timeout: false,
      // max milliseconds to wait for query to complete (client side)
      query_timeout: false,
      connect_timeout: 0,
      keepalives: 1,
      keepalives_idle: 0
    };
    var pgTypes = require_pg_types();
    var parseBigInteger = pgTypes.getTypeParser(20, "text");
    var parseBigIntegerArray = pgTypes.getTypeParser(1016, "text");
    module2.exports.__defineSetter__("parseInt8", function(val) {
      pgTypes.setTypeParser(20, "text", val ? pgTypes.getTypeParser(23, "text") : parseBigInteger);
      pgTypes.setTypeParser(1016, "text", val ? pgTypes.getTypeParser(1007, "text") : parseBigIntegerArray);
    });
  }
});

// node_modules/pg/lib/utils.js
var require_utils = __commonJS({
  "node_modules/pg/lib/utils.js"(exports2, module2) {
    "use strict";
    var defaults2 = require_defaults();
    var nodeUtils = require("util");
    var { isDate } = require("util/types");
    var invalidDateDeprecationNotice = nodeUtils.deprecate(
      () => {
      },
      "Sending an invalid date to Postgres is deprecated and will throw an error in the next major version of pg. Ensure any Date object passed as a query parameter is valid.",
      "PG_INVALID_DATE"
    );
    function escapeElement(elementRepresentation) {
      const escaped = elementRepresentation.replace(/\\/g, "\\\\").replace(/"/g, '\\"');
      return '"' + escaped + '"';
    }
    function arrayString(val) {
      let result = "{";
      for (let i = 0; i < val.length; i++) {
        if (i > 0) {
          result += ",";
        }
        let item = val[i];
        if (item == null) {
          result += "NULL";
        } else if (Array.isArray(item)) {
          result += arrayString(item);
        } else if (ArrayBuffer.isView(item)) {
          if (!(item instanceof Buffer)) {
            item = Buffer.from(item.buffer, item.byteOffset, item.byteLength);
          }
          result += "\\\\x" + item.toString("hex");
        } else {
          result += escapeElement(prepareValue(item));
        }
      }
      result += "}";
      return result;
    }
    var prepareValue = function(val, seen) {
      if (val == null) {
        return null;
      }
      if (typeof val === "object") {
        if (val instanceof Buffer) {
          return val;
        }
        if (ArrayBuffer.isView(val)) {
          return Buffer.from(val.buffer, val.byteOffset, val.byteLength);
        }
        if (isDate(val)) {
          if (isNaN(val.getTime())) {
            invalidDateDeprecationNotice();
          }
          if (defaults2.parseInputDatesAsUTC) {
            return dateToStringUTC(val);
          } else {
            return dateToString(val);
          }
        }
        if (Array.isArray(val)) {
          return arrayString(val);
        }
        return prepareObject(val, seen);
      }
      return val.toString();
    };
    function prepareObject(val, seen) {
      if (val && typeof val.toPostgres === "function") {
        seen = seen || [];
        if (seen.indexOf(val) !== -1) {
          throw new Error('circular reference detected while preparing "' + val + '" for query');
        }
        seen.push(val);
        return prepareValue(val.toPostgres(prepareValue), seen);
      }
      return JSON.stringify(val);
    }
    function dateToString(date) {
      let offset = -date.getTimezoneOffset();
      let year = date.getFullYear();
      const isBCYear = year < 1;
      if (isBCYear) year = Math.abs(year) + 1;
      let ret = String(year).padStart(4, "0") + "-" + String(date.getMonth() + 1).padStart(2, "0") + "-" + String(date.getDate()).padStart(2, "0") + "T" + String(date.getHours()).padStart(2, "0") + ":" + String(date.getMinutes()).padStart(2, "0") + ":" + String(date.getSeconds()).padStart(2, "0") + "." + String(date.getMilliseconds()).padStart(3, "0");
      if (offset < 0) {
        ret += "-";
        offset *= -1;
      } else {
        ret += "+";
      }
      ret += String(Math.floor(offset / 60)).padStart(2, "0") + ":" + String(offset % 60).padStart(2, "0");
      if (isBCYear) ret += " BC";
      return ret;
    }
    function dateToStringUTC(date) {
      let year = date.getUTCFullYear();
      const isBCYear = year < 1;
      if (isBCYear) year = Math.abs(year) + 1;
      let ret = String(year).padStart(4, "0") + "-" + String(date.getUTCMonth() + 1).padStart(2, "0") + "-" + String(date.getUTCDate()).padStart(2, "0") + "T" + String(date.getUTCHours()).padStart(2, "0") + ":" + String(date.getUTCMinutes()).padStart(2, "0") + ":" + String(date.getUTCSeconds()).padStart(2, "0") + "." + String(date.getUTCMilliseconds()).padStart(3, "0");
      ret += "+00:00";
      if (isBCYear) ret += " BC";
      return ret;
    }
    function normalizeQueryConfig(config, values, callback) {
      config = typeof config === "string" ? { text: config } : cloneQueryConfig(config);
      if (values) {
        if (typeof values === "function") {
          config.callback = values;
        } else {
          config.values = values;
        }
      }
      if (callback) {
        config.callback = callback;
      }
      return config;
    }
    function cloneQueryConfig(config) {
      if (config == null) {
        return config;
      }
      return Object.defineProperties(Object.create(Object.getPrototypeOf(config)), Object.getOwnPropertyDescriptors(config));
    }
    var escapeIdentifier2 = function(str) {
      return '"' + str.replace(/"/g, '""') + '"';
    };
    var escapeLiteral2 = function(str) {
      let hasBackslash = false;
      let escaped = "'";
      if (str == null) {
        return "''";
      }
      if (typeof str !== "string") {
        return "''";
      }
      for (let i = 0; i < str.length; i++) {
        const c = str[i];
        if (c === "'") {
          escaped += c + c;
        } else if (c === "\\") {
          escaped += c + c;
          hasBackslash = true;
        } else {
          escaped += c;
        }
      }
      escaped += "'";
      if (hasBackslash === true) {
        escaped = " E" + escaped;
      }
      return escaped;
    };
    module2.exports = {
      prepareValue: function prepareValueWrapper(value) {
        return prepareValue(value);
      },
      normalizeQueryConfig,
      escapeIdentifier: escapeIdentifier2,
      escapeLiteral: escapeLiteral2
    };
  }
});

// node_modules/pg/lib/crypto/utils.js
var require_utils2 = __commonJS({
  "node_modules/pg/lib/crypto/utils.js"(exports2, module2) {
    var nodeCrypto = require("crypto");
    module2.exports = {
      postgresMd5PasswordHash,
      randomBytes,
      deriveKey,
      sha256,
      hashByName,
      hmacSha256,
      md5
    };
    var webCrypto = nodeCrypto.webcrypto || globalThis.crypto;
    var subtleCrypto = webCrypto.subtle;
    var textEncoder = new TextEncoder();
    function randomBytes(length) {
      return webCrypto.getRandomValues(Buffer.alloc(length));
    }
    async function md5(string) {
      try {
        return nodeCrypto.createHash("md5").update(string, "utf-8").digest("hex");
      } catch (e) {
        const data = typeof string === "string" ? textEncoder.encode(string) : string;
        const hash = await subtleCrypto.digest("MD5", data);
        return Array.from(new Uint8Array(hash)).map((b) => b.toString(16).padStart(2, "0")).join("");
      }
    }
    async function postgresMd5PasswordHash(user, password, salt) {
      const inner = await md5(password + user);
      const outer = await md5(Buffer.concat([Buffer.from(inner), salt]));
      return "md5" + outer;
    }
    async function sha256(text) {
      return await subtleCrypto.digest("SHA-256", text);
    }
    async function hashByName(hashName, text) {
      return await subtleCrypto.digest(hashName, text);
    }
    async function hmacSha256(keyBuffer, msg) {
      const key = await subtleCrypto.importKey("raw", keyBuffer, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      return await subtleCrypto.sign("HMAC", key, textEncoder.encode(msg));
    }
    async function deriveKey(password, salt, iterations) {
      const key = await subtleCrypto.importKey("raw", textEncoder.encode(password), "PBKDF2", false, ["deriveBits"]);
      const params = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
      return await subtleCrypto.deriveBits(params, key, 32 * 8, ["deriveBits"]);
    }
  }
});

// node_modules/pg/lib/crypto/cert-signatures.js
var require_cert_signatures = __commonJS({
  "node_modules/pg/lib/crypto/cert-signatures.js"(exports2, module2) {
    function x509Error(msg, cert) {
      return new Error("SASL channel binding: " + msg + " when parsing public certificate " + cert.toString("base64"));
    }
    function readASN1Length(data, index) {
      let length = data[index++];
      if (length < 128) return { length, index };
      const lengthBytes = length & 127;
      if (lengthBytes > 4) throw x509Error("bad length", data);
      length = 0;
      for (let i = 0; i < lengthBytes; i++) {
        length = length << 8 | data[index++];
      }
      return { length, index };
    }
    function readASN1OID(data, index) {
      if (data[index++] !== 6) throw x509Error("non-OID data", data);
      const { length: OIDLength, index: indexAfterOIDLength } = readASN1Length(data, index);
      index = indexAfterOIDLength;
      const lastIndex = index + OIDLength;
      const byte1 = data[index++];
      let oid = (byte1 / 40 >> 0) + "." + byte1 % 40;
      while (index < lastIndex) {
        let value = 0;
        while (index < lastIndex) {
          const nextByte = data[index++];
          value = value << 7 | nextByte & 127;
          if (nextByte < 128) break;
        }
        oid += "." + value;
      }
      return { oid, index };
    }
    function expectASN1Seq(data, index) {
      if (data[index++] !== 48) throw x509Error("non-sequence data", data);
      return readASN1Length(data, index);
    }
    function signatureAlgorithmHashFromCertificate(data, index) {
      if (index === void 0) index = 0;
      index = expectASN1Seq(data, index).index;
      const { length: certInfoLength, index: indexAfterCertInfoLength } = expectASN1Seq(data, index);
      index = indexAfterCertInfoLength + certInfoLength;
      index = expectASN1Seq(data, index).index;
      const { oid, index: indexAfterOID } = readASN1OID(data, index);
      switch (oid) {
        // RSA
        case "1.2.840.113549.1.1.4":
          return "MD5";
        case "1.2.840.113549.1.1.5":
          return "SHA-1";
        case "1.2.840.113549.1.1.11":
          return "SHA-256";
        case "1.2.840.113549.1.1.12":
          return "SHA-384";
        case "1.2.840.113549.1.1.13":
          return "SHA-512";
        case "1.2.840.113549.1.1.14":
          return "SHA-224";
        case "1.2.840.113549.1.1.15":
          return "SHA512-224";
        case "1.2.840.113549.1.1.16":
          return "SHA512-256";
        // ECDSA
        case "1.2.840.10045.4.1":
          return "SHA-1";
        case "1.2.840.10045.4.3.1":
          return "SHA-224";
        case "1.2.840.10045.4.3.2":
          return "SHA-256";
        case "1.2.840.10045.4.3.3":
          return "SHA-384";
        case "1.2.840.10045.4.3.4":
          return "SHA-512";
        // RSASSA-PSS: hash is indicated separately
        case "1.2.840.113549.1.1.10": {
          index = indexAfterOID;
          index = expectASN1Seq(data, index).index;
          if (data[index++] !== 160) throw x509Error("non-tag data", data);
          index = readASN1Length(data, index).index;
          index = expectASN1Seq(data, index).index;
          const { oid: hashOID } = readASN1OID(data, index);
          switch (hashOID) {
            // standalone hash OIDs
            case "1.2.840.113549.2.5":
              return "MD5";
            case "1.3.14.3.2.26":
              return "SHA-1";
            case "2.16.840.1.101.3.4.2.1":
              return "SHA-256";
            case "2.16.840.1.101.3.4.2.2":
              return "SHA-384";
            case "2.16.840.1.101.3.4.2.3":
              return "SHA-512";
          }
          throw x509Error("unknown hash OID " + hashOID, data);
        }
        // Ed25519 -- see https://github.com/openssl/openssl/issues/15477
        case "1.3.101.110":
        case "1.3.101.112":
          return "SHA-512";
        // Ed448 -- still not in pg 17.2 (if supported, digest would be SHAKE256 x 64 bytes)
        case "1.3.101.111":
        case "1.3.101.113":
          throw x509Error("Ed448 certificate channel binding is not currently supported by Postgres");
      }
      throw x509Error("unknown OID " + oid, data);
    }
    module2.exports = { signatureAlgorithmHashFromCertificate };
  }
});

// node_modules/pg/lib/crypto/sasl.js
var require_sasl = __commonJS({
  "node_modules/pg/lib/crypto/sasl.js"(exports2, module2) {
    "use strict";
    var crypto2 = require_utils2();
    var { signatureAlgorithmHashFromCertificate } = require_cert_signatures();
    function saslprep(password) {
      const nonAsciiSpace = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g;
      const mappedToNothing = /[\u00AD\u034F\u1806\u180B\u180C\u180D\u200C\u200D\u2060\uFE00-\uFE0F\uFEFF]/g;
      return password.replace(nonAsciiSpace, " ").replace(mappedToNothing, "").normalize("NFKC");
    }
    var DEFAULT_MAX_SCRAM_ITERATIONS = 1e5;
    function startSession(mechanisms, stream, scramMaxIterations = DEFAULT_MAX_SCRAM_ITERATIONS) {
      const candidates = ["SCRAM-SHA-256"];
      if (stream) candidates.unshift("SCRAM-SHA-256-PLUS");
      const mechanism = candidates.find((candidate) => mechanisms.includes(candidate));
      if (!mechanism) {
        throw new Error("SASL: Only mechanism(s) " + candidates.join(" and ") + " are supported");
      }
      if (mechanism === "SCRAM-SHA-256-PLUS" && typeof stream.getPeerCertificate !== "function") {
        throw new Error("SASL: Mechanism SCRAM-SHA-256-PLUS requires a certificate");
      }
      const clientNonce = crypto2.randomBytes(18).toString("base64");
      const gs2Header = mechanism === "SCRAM-SHA-256-PLUS" ? "p=tls-server-end-point" : stream ? "y" : "n";
      return {
        mechanism,
        clientNonce,
        response: gs2Header + ",,n=*,r=" + clientNonce,
        message: "SASLInitialResponse",
        scramMaxIterations
      };
    }
    async function continueSession(session, password, serverData, stream) {
      if (session.message !== "SASLInitialResponse") {
        throw new Error("SASL: Last message was not SASLInitialResponse");
      }
      if (typeof password !== "string") {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string");
      }
      if (password === "") {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string");
      }
      if (typeof serverData !== "string") {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: serverData must be a string");
      }
      const sv = parseServerFirstMessage(serverData);
      if (!sv.nonce.startsWith(session.clientNonce)) {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: server nonce does not start with client nonce");
      } else if (sv.nonce.length === session.clientNonce.length) {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: server nonce is too short");
      }
      const scramMaxIterations = typeof session.scramMaxIterations === "number" ? session.scramMaxIterations : DEFAULT_MAX_SCRAM_ITERATIONS;
      if (scramMaxIterations !== 0 && sv.iteration > scramMaxIterations) {
        throw new Error(
          "SASL: SCRAM-SERVER-FIRST-MESSAGE: iteration count " + sv.iteration + " exceeds scramMaxIterations of " + scramMaxIterations
        );
      }
      const clientFirstMessageBare = "n=*,r=" + session.clientNonce;
      const serverFirstMessage = "r=" + sv.nonce + ",s=" + sv.salt + ",i=" + sv.iteration;
      let channelBinding = stream ? "eSws" : "biws";
      if (session.mechanism === "SCRAM-SHA-256-PLUS") {
        const peerCert = stream.getPeerCertificate().raw;
        let hashName = signatureAlgorithmHashFromCertificate(peerCert);
        if (hashName === "MD5" || hashName === "SHA-1") hashName = "SHA-256";
        const certHash = await crypto2.hashByName(hashName, peerCert);
        const bindingData = Buffer.concat([Buffer.from("p=tls-server-end-point,,"), Buffer.from(certHash)]);
        channelBinding = bindingData.toString("base64");
      }
      const clientFinalMessageWithoutProof = "c=" + channelBinding + ",r=" + sv.nonce;
      const authMessage = clientFirstMessageBare + "," + serverFirstMessage + "," + clientFinalMessageWithoutProof;
      const saltBytes = Buffer.from(sv.salt, "base64");
      const saltedPassword = await crypto2.deriveKey(saslprep(password), saltBytes, sv.iteration);
      const clientKey = await crypto2.hmacSha256(saltedPassword, "Client Key");
      const storedKey = await crypto2.sha256(clientKey);
      const clientSignature = await crypto2.hmacSha256(storedKey, authMessage);
      const clientProof = xorBuffers(Buffer.from(clientKey), Buffer.from(clientSignature)).toString("base64");
      const serverKey = await crypto2.hmacSha256(saltedPassword, "Server Key");
      const serverSignatureBytes = await crypto2.hmacSha256(serverKey, authMessage);
      session.message = "SASLResponse";
      session.serverSignature = Buffer.from(serverSignatureBytes).toString("base64");
      session.response = clientFinalMessageWithoutProof + ",p=" + clientProof;
    }
    function finalizeSession(session, serverData) {
      if (session.message !== "SASLResponse") {
        throw new Error("SASL: Last message was not SASLResponse");
      }
      if (typeof serverData !== "string") {
        throw new Error("SASL: SCRAM-SERVER-FINAL-MESSAGE: serverData must be a string");
      }
      const { serverSignature } = parseServerFinalMessage(serverData);
      if (serverSignature !== session.serverSignature) {
        throw new Error("SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature does not match");
      }
    }
    function isPrintableChars(text) {
      if (typeof text !== "string") {
        throw new TypeError("SASL: text must be a string");
      }
      return text.split("").map((_, i) => text.charCodeAt(i)).every((c) => c >= 33 && c <= 43 || c >= 45 && c <= 126);
    }
    function isBase64(text) {
      return /^(?:[a-zA-Z0-9+/]{4})*(?:[a-zA-Z0-9+/]{2}==|[a-zA-Z0-9+/]{3}=)?$/.test(text);
    }
    function parseAttributePairs(text) {
      if (typeof text !== "string") {
        throw new TypeError("SASL: attribute pairs text must be a string");
      }
      return new Map(
        text.split(",").map((attrValue) => {
          if (!/^.=/.test(attrValue)) {
            throw new Error("SASL: Invalid attribute pair entry");
          }
          const name3 = attrValue[0];
          const value = attrValue.substring(2);
          return [name3, value];
        })
      );
    }
    function parseServerFirstMessage(data) {
      const attrPairs = parseAttributePairs(data);
      const nonce = attrPairs.get("r");
      if (!nonce) {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: nonce missing");
      } else if (!isPrintableChars(nonce)) {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: nonce must only contain printable characters");
      }
      const salt = attrPairs.get("s");
      if (!salt) {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: salt missing");
      } else if (!isBase64(salt)) {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: salt must be base64");
      }
      const iterationText = attrPairs.get("i");
      if (!iterationText) {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: iteration missing");
      } else if (!/^[1-9][0-9]*$/.test(iterationText)) {
        throw new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: invalid iteration count");
      }
      const iteration = parseInt(iterationText, 10);
      return {
        nonce,
        salt,
        iteration
      };
    }
    function parseServerFinalMessage(serverData) {
      const attrPairs = parseAttributePairs(serverData);
      const error2 = attrPairs.get("e");
      const serverSignature = attrPairs.get("v");
      if (error2) {
        throw new Error(`SASL: SCRAM-SERVER-FINAL-MESSAGE: server returned error: "${error2}"`);
      }
      if (!serverSignature) {
        throw new Error("SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature is missing");
      } else if (!isBase64(serverSignature)) {
        throw new Error("SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature must be base64");
      }
      return {
        serverSignature
      };
    }
    function xorBuffers(a, b) {
      if (!Buffer.isBuffer(a)) {
        throw new TypeError("first argument must be a Buffer");
      }
      if (!Buffer.isBuffer(b)) {
        throw new TypeError("second argument must be a Buffer");
      }
      if (a.length !== b.length) {
        throw new Error("Buffer lengths must match");
      }
      if (a.length === 0) {
        throw new Error("Buffers cannot be empty");
      }
      return Buffer.from(a.map((_, i) => a[i] ^ b[i]));
    }
    module2.exports = {
      startSession,
      continueSession,
      finalizeSession,
      DEFAULT_MAX_SCRAM_ITERATIONS
    };
  }
});

// node_modules/pg/lib/type-overrides.js
var require_type_overrides = __commonJS({
  "node_modules/pg/lib/type-overrides.js"(exports2, module2) {
    "use strict";
    var types2 = require_pg_types();
    function TypeOverrides2(userTypes) {
      this._types = userTypes || types2;
      this.text = {};
      this.binary = {};
    }
    TypeOverrides2.prototype.getOverrides = function(format) {
      switch (format) {
        case "text":
          return this.text;
        case "binary":
          return this.binary;
        default:
          return {};
      }
    };
    TypeOverrides2.prototype.setTypeParser = function(oid, format, parseFn) {
      if (typeof format === "function") {
        parseFn = format;
        format = "text";
      }
      this.getOverrides(format)[oid] = parseFn;
    };
    TypeOverrides2.prototype.getTypeParser = function(oid, format) {
      format = format || "text";
      return this.getOverrides(format)[oid] || this._types.getTypeParser(oid, format);
    };
    module2.exports = TypeOverrides2;
  }
});

// node_modules/pg-connection-string/index.js
var require_pg_connection_string = __commonJS({
  "node_modules/pg-connection-string/index.js"(exports2, module2) {
    "use strict";
    function parse(str, options = {}) {
      if (str.charAt(0) === "/") {
        const config2 = str.split(" ");
        return { host: config2[0], database: config2[1] };
      }
      const config = /* @__PURE__ */ Object.create(null);
      let result;
      let dummyHost = false;
      if (/ |%[^a-f0-9]|%[a-f0-9][^a-f0-9]/i.test(str)) {
        str = encodeURI(str).replace(/%25(\d\d)/g, "%$1");
      }
      try {
        try {
          result = new URL(str, "postgres://base");
        } catch (e) {
          result = new URL(str.replace("@/", "@___DUMMY___/"), "postgres://base");
          dummyHost = true;
        }
      } catch (err) {
        err.input && (err.input = "*****REDACTED*****");
        throw err;
      }
      for (const entry of result.searchParams.entries()) {
        config[entry[0]] = entry[1];
      }
      config.user = config.user || decodeURIComponent(result.username);
      config.password = config.password || decodeURIComponent(result.password);
      if (result.protocol == "socket:") {
        config.host = decodeURI(result.pathname);
        config.database = result.searchParams.get("db");
        config.client_encoding = result.searchParams.get("encoding");
        return config;
      }
      const hostname = (dummyHost ? "" : result.hostname).replace(/^\[(.+)\]$/, "$1");
      if (!config.host) {
        config.host = decodeURIComponent(hostname);
      } else if (hostname && /^%2f/i.test(hostname)) {
        result.pathname = hostname + result.pathname;
      }
      if (!config.port) {
        config.port = result.port;
      }
      const pathname = result.pathname.slice(1) || null;
      config.database = pathname ? decodeURI(pathname) : null;
      if (config.ssl === "true" || config.ssl === "1") {
        config.ssl = true;
      }
      if (config.ssl === "0") {
        config.ssl = false;
      }
      if (config.sslcert || config.sslkey || config.sslrootcert || config.sslmode) {
        config.ssl = {};
      }
      if (config.sslnegotiation === "direct" && config.ssl === void 0) {
        config.ssl = true;
      }
      const fs2 = config.sslcert || config.sslkey || config.sslrootcert ? require("fs") : null;
      if (config.sslcert) {
        config.ssl.cert = fs2.readFileSync(config.sslcert).toString();
      }
      if (config.sslkey) {
        config.ssl.key = fs2.readFileSync(config.sslkey).toString();
      }
      if (config.sslrootcert) {
        config.ssl.ca = fs2.readFileSync(config.sslrootcert).toString();
      }
      if (options.useLibpqCompat && config.uselibpqcompat) {
        throw new Error("Both useLibpqCompat and uselibpqcompat are set. Please use only one of them.");
      }
      if (config.uselibpqcompat === "true" || options.useLibpqCompat) {
        switch (config.sslmode) {
          case "disable": {
            config.ssl = false;
            break;
          }
          case "prefer": {
            config.ssl.rejectUnauthorized = false;
            break;
          }
          case "require": {
            if (config.sslrootcert) {
              config.ssl.checkServerIdentity = function() {
              };
            } else {
              config.ssl.rejectUnauthorized = false;
            }
            break;
          }
          case "verify-ca": {
            if (!config.ssl.ca) {
              throw new Error(
                "SECURITY WARNING: Using sslmode=verify-ca requires specifying a CA with sslrootcert. If a public CA is used, verify-ca allows connections to a server that somebody else may have registered with the CA, making you vulnerable to Man-in-the-Middle attacks. Either specify a custom CA certificate with sslrootcert parameter or use sslmode=verify-full for proper security."
              );
            }
            config.ssl.checkServerIdentity = function() {
            };
            break;
          }
          case "verify-full": {
            break;
          }
        }
      } else {
        switch (config.sslmode) {
          case "disable": {
            config.ssl = false;
            break;
          }
          case "prefer":
          case "require":
          case "verify-ca":
          case "verify-full": {
            if (config.sslmode !== "verify-full") {
              deprecatedSslModeWarning(config.sslmode);
            }
            break;
          }
          case "no-verify": {
            config.ssl.rejectUnauthorized = false;
            break;
          }
        }
      }
      return config;
    }
    function toConnectionOptions(sslConfig) {
      const connectionOptions = Object.entries(sslConfig).reduce((c, [key, value]) => {
        if (value !== void 0 && value !== null) {
          c[key] = value;
        }
        return c;
      }, /* @__PURE__ */ Object.create(null));
      return connectionOptions;
    }
    function toClientConfig(config) {
      const poolConfig = Object.entries(config).reduce((c, [key, value]) => {
        if (key === "ssl") {
          const sslConfig = value;
          if (typeof sslConfig === "boolean") {
            c[key] = sslConfig;
          }
          if (typeof sslConfig === "object") {
            c[key] = toConnectionOptions(sslConfig);
          }
        } else if (value !== void 0 && value !== null) {
          if (key === "port") {
            if (value !== "") {
              const v = parseInt(value, 10);
              if (isNaN(v)) {
                throw new Error(`Invalid ${key}: ${value}`);
              }
              c[key] = v;
            }
          } else {
            c[key] = value;
          }
        }
        return c;
      }, /* @__PURE__ */ Object.create(null));
      return poolConfig;
    }
    function parseIntoClientConfig(str) {
      return toClientConfig(parse(str));
    }
    function deprecatedSslModeWarning(sslmode) {
      if (!deprecatedSslModeWarning.warned && typeof process !== "undefined" && process.emitWarning) {
        deprecatedSslModeWarning.warned = true;
        process.emitWarning(`SECURITY WARNING: The SSL modes 'prefer', 'require', and 'verify-ca' are treated as aliases for 'verify-full'.
In the next major version (pg-connection-string v3.0.0 and pg v9.0.0), these modes will adopt standard libpq semantics, which have weaker security guarantees.

To prepare for this change:
- If you want the current behavior, explicitly use 'sslmode=verify-full'
- If you want libpq compatibility now, use 'uselibpqcompat=true&sslmode=${sslmode}'

See https://www.postgresql.org/docs/current/libpq-ssl.html for libpq SSL mode definitions.`);
      }
    }
    module2.exports = parse;
    parse.parse = parse;
    parse.toClientConfig = toClientConfig;
    parse.parseIntoClientConfig = parseIntoClientConfig;
  }
});

// node_modules/pg/lib/connection-parameters.js
var require_connection_parameters = __commonJS({
  "node_modules/pg/lib/connection-parameters.js"(exports2, module2) {
    "use strict";
    var dns = require("dns");
    var defaults2 = require_defaults();
    var parse = require_pg_connection_string().parse;
    var val = function(key, config, envVar) {
      if (config[key]) {
        return config[key];
      }
      if (envVar === void 0) {
        envVar = process.env["PG" + key.toUpperCase()];
      } else if (envVar === false) {
      } else {
        envVar = process.env[envVar];
      }
      return envVar || defaults2[key];
    };
    var readSSLConfigFromEnvironment = function() {
      switch (process.env.PGSSLMODE) {
        case "disable":
          return false;
        case "prefer":
        case "require":
        case "verify-ca":
        case "verify-full":
          return true;
        case "no-verify":
          return { rejectUnauthorized: false };
      }
      return defaults2.ssl;
    };
    var quoteParamValue = function(value) {
      return "'" + ("" + value).replace(/\\/g, "\\\\").replace(/'/g, "\\'") + "'";
    };
    var add = function(params, config, paramName) {
      const value = config[paramName];
      if (value !== void 0 && value !== null) {
        params.push(paramName + "=" + quoteParamValue(value));
      }
    };
    var ConnectionParameters = class {
      constructor(config) {
        config = typeof config === "string" ? parse(config) : config || {};
        if (config.connectionString) {
          config = Object.assign({}, config, parse(config.connectionString));
        }
        this.user = val("user", config);
        this.database = val("database", config);
        if (this.database === void 0) {
          this.database = this.user;
        }
        this.port = parseInt(val("port", config), 10);
        this.host = val("host", config);
        Object.defineProperty(this, "password", {
          configurable: true,
          enumerable: false,
          writable: true,
          value: val("password", config)
        });
        this.binary = val("binary", config);
        this.options = val("options", config);
        this.ssl = typeof config.ssl === "undefined" ? readSSLConfigFromEnvironment() : config.ssl;
        if (typeof this.ssl === "string") {
          if (this.ssl === "true") {
            this.ssl = true;
          }
        }
        if (this.ssl === "no-verify") {
          this.ssl = { rejectUnauthorized: false };
        }
        if (this.ssl && this.ssl.key) {
          Object.defineProperty(this.ssl, "key", {
            enumerable: false
          });
        }
        this.sslnegotiation = val("sslnegotiation", config, "PGSSLNEGOTIATION");
        if (this.sslnegotiation !== void 0 && this.sslnegotiation !== "postgres" && this.sslnegotiation !== "direct") {
          throw new Error(
            `Invalid sslnegotiation value: "${this.sslnegotiation}". Valid values are "postgres" and "direct".`
          );
        }
        if (this.sslnegotiation === "direct" && !this.ssl) {
          throw new Error("sslnegotiation=direct requires SSL to be enabled");
        }
        this.client_encoding = val("client_encoding", config);
        this.replication = val("replication", config);
        this.isDomainSocket = !(this.host || "").indexOf("/");
        this.application_name = val("application_name", config, "PGAPPNAME");
        this.fallback_application_name = val("fallback_application_name", config, false);
        this.statement_timeout = val("statement_timeout", config, false);
        this.lock_timeout = val("lock_timeout", config, false);
        this.idle_in_transaction_session_timeout = val("idle_in_transaction_session_timeout", config, false);
        this.query_timeout = val("query_timeout", config, false);
        if (config.connectionTimeoutMillis === void 0) {
          this.connect_timeout = process.env.PGCONNECT_TIMEOUT || 0;
        } else {
          this.connect_timeout = Math.floor(config.connectionTimeoutMillis / 1e3);
        }
        if (config.keepAlive === false) {
          this.keepalives = 0;
        } else if (config.keepAlive === true) {
          this.keepalives = 1;
        }
        if (typeof config.keepAliveInitialDelayMillis === "number") {
          this.keepalives_idle = Math.floor(config.keepAliveInitialDelayMillis / 1e3);
        }
      }
      getLibpqConnectionString(cb) {
        const params = [];
        add(params, this, "user");
        add(params, this, "password");
        add(params, this, "port");
        add(params, this, "application_name");
        add(params, this, "fallback_application_name");
        add(params, this, "connect_timeout");
        add(params, this, "options");
        const ssl = typeof this.ssl === "object" ? this.ssl : this.ssl ? { sslmode: this.ssl } : {};
        add(params, ssl, "sslmode");
        add(params, ssl, "sslca");
        add(params, ssl, "sslkey");
        add(params, ssl, "sslcert");
        add(params, ssl, "sslrootcert");
        add(params, this, "sslnegotiation");
        if (this.database) {
          params.push("dbname=" + quoteParamValue(this.database));
        }
        if (this.replication) {
          params.push("replication=" + quoteParamValue(this.replication));
        }
        if (this.host) {
          params.push("host=" + quoteParamValue(this.host));
        }
        if (this.isDomainSocket) {
          return cb(null, params.join(" "));
        }
        if (this.client_encoding) {
          params.push("client_encoding=" + quoteParamValue(this.client_encoding));
        }
        dns.lookup(this.host, function(err, address) {
          if (err) return cb(err, null);
          params.push("hostaddr=" + quoteParamValue(address));
          return cb(null, params.join(" "));
        });
      }
    };
    module2.exports = ConnectionParameters;
  }
});

// node_modules/pg/lib/result.js
var require_result = __commonJS({
  "node_modules/pg/lib/result.js"(exports2, module2) {
    "use strict";
    var types2 = require_pg_types();
    var matchRegexp = /^([A-Za-z]+)(?: (\d+))?(?: (\d+))?/;
    var Result2 = class {
      constructor(rowMode, types3) {
        this.command = null;
        this.rowCount = null;
        this.oid = null;
        this.rows = [];
        this.fields = [];
        this._parsers = void 0;
        this._types = types3;
        this.RowCtor = null;
        this.rowAsArray = rowMode === "array";
        if (this.rowAsArray) {
          this.parseRow = this._parseRowAsArray;
        }
        this._prebuiltEmptyResultObject = null;
      }
      // adds a command complete message
      addCommandComplete(msg) {
        let match;
        if (msg.text) {
          match = matchRegexp.exec(msg.text);
        } else {
          match = matchRegexp.exec(msg.command);
        }
        if (match) {
          this.command = match[1];
          if (match[3]) {
            this.oid = parseInt(match[2], 10);
            this.rowCount = parseInt(match[3], 10);
          } else if (match[2]) {
            this.rowCount = parseInt(match[2], 10);
          }
        }
      }
      _parseRowAsArray(rowData) {
        const row = new Array(rowData.length);
        for (let i = 0, len = rowData.length; i < len; i++) {
          const rawValue = rowData[i];
          if (rawValue !== null) {
            row[i] = this._parsers[i](rawValue);
          } else {
            row[i] = null;
          }
        }
        return row;
      }
      parseRow(rowData) {
        const row = { ...this._prebuiltEmptyResultObject };
        for (let i = 0, len = rowData.length; i < len; i++) {
          const rawValue = rowData[i];
          const field = this.fields[i].name;
          if (rawValue !== null) {
            const v = this.fields[i].format === "binary" ? Buffer.from(rawValue) : rawValue;
            row[field] = this._parsers[i](v);
          } else {
            row[field] = null;
          }
        }
        return row;
      }
      addRow(row) {
        this.rows.push(row);
      }
      addFields(fieldDescriptions) {
        this.fields = fieldDescriptions;
        if (this.fields.length) {
          this._parsers = new Array(fieldDescriptions.length);
        }
        const row = /* @__PURE__ */ Object.create(null);
        for (let i = 0; i < fieldDescriptions.length; i++) {
          const desc = fieldDescriptions[i];
          row[desc.name] = null;
          if (this._types) {
            this._parsers[i] = this._types.getTypeParser(desc.dataTypeID, desc.format || "text");
          } else {
            this._parsers[i] = types2.getTypeParser(desc.dataTypeID, desc.format || "text");
          }
        }
        this._prebuiltEmptyResultObject = { ...row };
      }
    };
    module2.exports = Result2;
  }
});

// node_modules/pg/lib/query.js
var require_query = __commonJS({
  "node_modules/pg/lib/query.js"(exports2, module2) {
    "use strict";
    var { EventEmitter } = require("events");
    var Result2 = require_result();
    var utils = require_utils();
    var Query2 = class extends EventEmitter {
      constructor(config, values, callback) {
        super();
        config = utils.normalizeQueryConfig(config, values, callback);
        this.text = config.text;
        this.values = config.values;
        this.rows = config.rows;
        this.types = config.types;
        this.name = config.name;
        this.queryMode = config.queryMode;
        this.binary = config.binary;
        this.portal = config.portal || "";
        this.callback = config.callback;
        this._rowMode = config.rowMode;
        if (process.domain && config.callback) {
          this.callback = process.domain.bind(config.callback);
        }
        this._result = new Result2(this._rowMode, this.types);
        this._results = this._result;
        this._canceledDueToError = false;
      }
      requiresPreparation() {
        if (this.queryMode === "extended") {
          return true;
        }
        if (this.name) {
          return true;
        }
        if (this.rows) {
          return true;
        }
        if (!this.text) {
          return false;
        }
        if (!this.values) {
          return false;
        }
        return this.values.length > 0;
      }
      _checkForMultirow() {
        if (this._result.command) {
          if (!Array.isArray(this._results)) {
            this._results = [this._result];
          }
          this._result = new Result2(this._rowMode, this._result._types);
          this._results.push(this._result);
        }
      }
      // associates row metadata from the supplied
      // message with this query object
      // metadata used when parsing row results
      handleRowDescription(msg) {
        this._checkForMultirow();
        this._result.addFields(msg.fields);
        this._accumulateRows = this.callback || !this.listeners("row").length;
      }
      handleDataRow(msg) {
        let row;
        if (this._canceledDueToError) {
          return;
        }
        try {
          row = this._result.parseRow(msg.fields);
        } catch (err) {
          this._canceledDueToError = err;
          return;
        }
        this.emit("row", row, this._result);
        if (this._accumulateRows) {
          this._result.addRow(row);
        }
      }
      handleCommandComplete(msg, connection) {
        this._checkForMultirow();
        this._result.addCommandComplete(msg);
        if (this.rows) {
          connection.sync();
        }
      }
      // if a named prepared statement is created with empty query text
      // the backend will send an emptyQuery message but *not* a command complete message
      // since we pipeline sync immediately after execute we don't need to do anything here
      // unless we have rows specified, in which case we did not pipeline the initial sync call
      handleEmptyQuery(connection) {
        if (this.rows) {
          connection.sync();
        }
      }
      handleError(err, connection) {
        if (this._canceledDueToError) {
          err = this._canceledDueToError;
          this._canceledDueToError = false;
        }
        if (this.callback) {
          return this.callback(err);
        }
        this.emit("error", err);
      }
      handleReadyForQuery(con) {
        if (this._canceledDueToError) {
          return this.handleError(this._canceledDueToError, con);
        }
        if (this.callback) {
          try {
            this.callback(null, this._results);
          } catch (err) {
            process.nextTick(() => {
              throw err;
            });
          }
        }
        this.emit("end", this._results);
      }
      submit(connection) {
        if (typeof this.text !== "string" && typeof this.name !== "string") {
          return new Error("A query must have either text or a name. Supplying neither is unsupported.");
        }
        const previous = connection.parsedStatements[this.name] || connection.submittedNamedStatements[this.name];
        if (this.text && previous && this.text !== previous) {
          return new Error(`Prepared statements must be unique - '${this.name}' was used for a different statement`);
        }
        if (this.values && !Array.isArray(this.values)) {
          return new Error("Query values must be an array");
        }
        if (this.requiresPreparation()) {
          connection.stream.cork && connection.stream.cork();
          try {
            this.prepare(connection);
          } finally {
            connection.stream.uncork && connection.stream.uncork();
          }
        } else {
          connection.query(this.text);
        }
        return null;
      }
      hasBeenParsed(connection) {
        return this.name && (connection.parsedStatements[this.name] !== void 0 || connection.submittedNamedStatements[this.name] !== void 0);
      }
      handlePortalSuspended(connection) {
        this._getRows(connection, this.rows);
      }
      _getRows(connection, rows) {
        connection.execute({
          portal: this.portal,
          rows
        });
        if (!rows) {
          connection.sync();
        } else {
          connection.flush();
        }
      }
      // http://developer.postgresql.org/pgdocs/postgres/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
      prepare(connection) {
        if (!this.hasBeenParsed(connection)) {
          connection.parse({
            text: this.text,
            name: this.name,
            types: this.types
          });
          if (this.name) {
            connection.submittedNamedStatements[this.name] = this.text;
          }
        }
        try {
          connection.bind({
            portal: this.portal,
            statement: this.name,
            values: this.values,
            binary: this.binary,
            valueMapper: utils.prepareValue
          });
        } catch (err) {
          connection.close({ type: "S", name: this.name });
          connection.sync();
          this.handleError(err, connection);
          return;
        }
        connection.describe({
          type: "P",
          name: this.portal || ""
        });
        this._getRows(connection, this.rows);
      }
      handleCopyInResponse(connection) {
        connection.sendCopyFail("No source stream defined");
      }
      handleCopyData(msg, connection) {
      }
    };
    module2.exports = Query2;
  }
});

// node_modules/pg-protocol/dist/messages.js
var require_messages = __commonJS({
  "node_modules/pg-protocol/dist/messages.js"(exports2) {
    "use strict";
    Object.defineProperty(exports2, "__esModule", { value: true });
    exports2.NoticeMessage = exports2.DataRowMessage = exports2.CommandCompleteMessage = exports2.ReadyForQueryMessage = exports2.NotificationResponseMessage = exports2.BackendKeyDataMessage = exports2.AuthenticationMD5Password = exports2.ParameterStatusMessage = exports2.ParameterDescriptionMessage = exports2.RowDescriptionMessage = exports2.Field = exports2.CopyResponse = exports2.CopyDataMessage = exports2.DatabaseError = exports2.copyDone = exports2.emptyQuery = exports2.replicationStart = exports2.portalSuspended = exports2.noData = exports2.closeComplete = exports2.bindComplete = exports2.parseComplete = void 0;
    exports2.parseComplete = {
      name: "parseComplete",
      length: 5
    };
    exports2.bindComplete = {
      name: "bindComplete",
      length: 5
    };
    exports2.closeComplete = {
      name: "closeComplete",
      length: 5
    };
    exports2.noData = {
      name: "noData",
      length: 5
    };
    exports2.portalSuspended = {
      name: "portalSuspended",
      length: 5
    };
    exports2.replicationStart = {
      name: "replicationStart",
      length: 4
    };
    exports2.emptyQuery = {
      name: "emptyQuery",
      length: 4
    };
    exports2.copyDone = {
      name: "copyDone",
      length: 4
    };
    var DatabaseError2 = class extends Error {
      constructor(message, length, name3) {
        super(message);
        this.length = length;
        this.name = name3;
      }
    };
    exports2.DatabaseError = DatabaseError2;
    var CopyDataMessage = class {
      constructor(length, chunk) {
        this.length = length;
        this.chunk = chunk;
        this.name = "copyData";
      }
    };
    exports2.CopyDataMessage = CopyDataMessage;
    var CopyResponse = class {
      constructor(length, name3, binary, columnCount) {
        this.length = length;
        this.name = name3;
        this.binary = binary;
        this.columnTypes = new Array(columnCount);
      }
    };
    exports2.CopyResponse = CopyResponse;
    var Field = class {
      constructor(name3, tableID, columnID, dataTypeID, dataTypeSize, dataTypeModifier, format) {
        this.name = name3;
        this.tableID = tableID;
        this.columnID = columnID;
        this.dataTypeID = dataTypeID;
        this.dataTypeSize = dataTypeSize;
        this.dataTypeModifier = dataTypeModifier;
        this.format = format;
      }
    };
    exports2.Field = Field;
    var RowDescriptionMessage = class {
      constructor(length, fieldCount) {
        this.length = length;
        this.fieldCount = fieldCount;
        this.name = "rowDescription";
        this.fields = new Array(this.fieldCount);
      }
    };
    exports2.RowDescriptionMessage = RowDescriptionMessage;
    var ParameterDescriptionMessage = class {
      constructor(length, parameterCount) {
        this.length = length;
        this.parameterCount = parameterCount;
        this.name = "parameterDescription";
        this.dataTypeIDs = new Array(this.parameterCount);
      }
    };
    exports2.ParameterDescriptionMessage = ParameterDescriptionMessage;
    var ParameterStatusMessage = class {
      constructor(length, parameterName, parameterValue) {
        this.length = length;
        this.parameterName = parameterName;
        this.parameterValue = parameterValue;
        this.name = "parameterStatus";
      }
    };
    exports2.ParameterStatusMessage = ParameterStatusMessage;
    var AuthenticationMD5Password = class {
      constructor(length, salt) {
        this.length = length;
        this.salt = salt;
        this.name = "authenticationMD5Password";
      }
    };
    exports2.AuthenticationMD5Password = AuthenticationMD5Password;
    var BackendKeyDataMessage = class {
      constructor(length, processID, secretKey) {
        this.length = length;
        this.processID = processID;
        this.secretKey = secretKey;
        this.name = "backendKeyData";
      }
    };
    exports2.BackendKeyDataMessage = BackendKeyDataMessage;
    var NotificationResponseMessage = class {
      constructor(length, processId, channel, payload) {
        this.length = length;
        this.processId = processId;
        this.channel = channel;
        this.payload = payload;
        this.name = "notification";
      }
    };
    exports2.NotificationResponseMessage = NotificationResponseMessage;
    var ReadyForQueryMessage = class {
      constructor(length, status) {
        this.length = length;
        this.status = status;
        this.name = "readyForQuery";
      }
    };
    exports2.ReadyForQueryMessage = ReadyForQueryMessage;
    var CommandCompleteMessage = class {
      constructor(length, text) {
        this.length = length;
        this.text = text;
        this.name = "commandComplete";
      }
    };
    exports2.CommandCompleteMessage = CommandCompleteMessage;
    var DataRowMessage = class {
      constructor(length, fields) {
        this.length = length;
        this.fields = fields;
        this.name = "dataRow";
        this.fieldCount = fields.length;
      }
    };
    exports2.DataRowMessage = DataRowMessage;
    var NoticeMessage = class {
      constructor(length, message) {
        this.length = length;
        this.message = message;
        this.name = "notice";
      }
    };
    exports2.NoticeMessage = NoticeMessage;
  }
});

// node_modules/pg-protocol/dist/buffer-writer.js
var require_buffer_writer = __commonJS({
  "node_modules/pg-protocol/dist/buffer-writer.js"(exports2) {
    "use strict";
    Object.defineProperty(exports2, "__esModule", { value: true });
    exports2.Writer = void 0;
    var Writer = class {
      constructor(size = 256) {
        this.size = size;
        this.offset = 5;
        this.headerPosition = 0;
        this.buffer = Buffer.allocUnsafe(size);
      }
      ensure(size) {
        const remaining = this.buffer.length - this.offset;
        if (remaining < size) {
          const oldBuffer = this.buffer;
          const newSize = oldBuffer.length + (oldBuffer.length >> 1) + size;
          this.buffer = Buffer.allocUnsafe(newSize);
          oldBuffer.copy(this.buffer, 0, 0, this.offset);
        }
      }
      addInt32(num) {
        this.ensure(4);
        this.buffer[this.offset++] = num >>> 24 & 255;
        this.buffer[this.offset++] = num >>> 16 & 255;
        this.buffer[this.offset++] = num >>> 8 & 255;
        this.buffer[this.offset++] = num >>> 0 & 255;
        return this;
      }
      addInt16(num) {
        this.ensure(2);
        this.buffer[this.offset++] = num >>> 8 & 255;
        this.buffer[this.offset++] = num >>> 0 & 255;
        return this;
      }
      addCString(string) {
        if (!string) {
          this.ensure(1);
        } else {
          const len = Buffer.byteLength(string);
          this.ensure(len + 1);
          this.buffer.write(string, this.offset, "utf-8");
          this.offset += len;
        }
        this.buffer[this.offset++] = 0;
        return this;
      }
      addString(string = "") {
        const len = Buffer.byteLength(string);
        this.ensure(len);
        this.buffer.write(string, this.offset);
        this.offset += len;
        return this;
      }
      // Write an Int32 byte-length prefix immediately followed by the string's UTF-8
      // bytes. Postgres' Bind wire format prefixes every parameter with its length,
      // and doing it in one method computes Buffer.byteLength ONCE \u2014 the previous
      // `addInt32(Buffer.byteLength(s)).addString(s)` pairing scanned the string
      // three times (byteLength for the prefix, byteLength again inside addString,
      // then the encode), which is costly for large text parameters.
      addInt32PrefixedString(string) {
        const len = Buffer.byteLength(string);
        this.ensure(4 + len);
        const buffer = this.buffer;
        let offset = this.offset;
        buffer[offset++] = len >>> 24 & 255;
        buffer[offset++] = len >>> 16 & 255;
        buffer[offset++] = len >>> 8 & 255;
        buffer[offset++] = len >>> 0 & 255;
        buffer.write(string, offset, "utf-8");
        this.offset = offset + len;
        return this;
      }
      add(otherBuffer) {
        this.ensure(otherBuffer.length);
        otherBuffer.copy(this.buffer, this.offset);
        this.offset += otherBuffer.length;
        return this;
      }
      /**
       * Appends an uninitialized block of {@link size} bytes to the buffer and returns its offset.
       */
      reserveUnsafe(size) {
        const offset = this.offset;
        this.ensure(size);
        this.offset += size;
        return offset;
      }
      join(code2) {
        if (code2) {
          this.buffer[this.headerPosition] = code2;
          const length = this.offset - (this.headerPosition + 1);
          this.buffer.writeInt32BE(length, this.headerPosition + 1);
        }
        return this.buffer.slice(code2 ? 0 : 5, this.offset);
      }
      flush(code2) {
        const result = this.join(code2);
        this.offset = 5;
        this.headerPosition = 0;
        this.buffer = Buffer.allocUnsafe(this.size);
        return result;
      }
      clear() {
        this.offset = 5;
        this.headerPosition = 0;
      }
    };
    exports2.Writer = Writer;
  }
});

// node_modules/pg-protocol/dist/serializer.js
var require_serializer = __commonJS({
  "node_modules/pg-protocol/dist/serializer.js"(exports2) {
    "use strict";
    Object.defineProperty(exports2, "__esModule", { value: true });
    exports2.serialize = void 0;
    var buffer_writer_1 = require_buffer_writer();
    var writer = new buffer_writer_1.Writer();
    var startup = (opts) => {
      writer.addInt16(3).addInt16(0);
      for (const key of Object.keys(opts)) {
        writer.addCString(key).addCString(opts[key]);
      }
      writer.addCString("client_encoding").addCString("UTF8");
      const bodyBuffer = writer.addCString("").flush();
      const length = bodyBuffer.length + 4;
      return new buffer_writer_1.Writer().addInt32(length).add(bodyBuffer).flush();
    };
    var requestSsl = () => {
      const response = Buffer.allocUnsafe(8);
      response.writeInt32BE(8, 0);
      response.writeInt32BE(80877103, 4);
      return response;
    };
    var password = (password2) => {
      return writer.addCString(password2).flush(
        112
        /* code.startup */
      );
    };
    var sendSASLInitialResponseMessage = function(mechanism, initialResponse) {
      writer.addCString(mechanism).addInt32PrefixedString(initialResponse);
      return writer.flush(
        112
        /* code.startup */
      );
    };
    var sendSCRAMClientFinalMessage = function(additionalData) {
      return writer.addString(additionalData).flush(
        112
        /* code.startup */
      );
    };
    var query = (text) => {
      return writer.addCString(text).flush(
        81
        /* code.query */
      );
    };
    var emptyArray = [];
    var parse = (query2) => {
      const name3 = query2.name || "";
      if (name3.length > 63) {
        console.error("Warning! Postgres only supports 63 characters for query names.");
        console.error("You supplied %s (%s)", name3, name3.length);
        console.error("This can cause conflicts and silent errors executing queries");
      }
      const types2 = query2.types || emptyArray;
      const len = types2.length;
      const buffer = writer.addCString(name3).addCString(query2.text).addInt16(len);
      for (let i = 0; i < len; i++) {
        buffer.addInt32(types2[i]);
      }
      return writer.flush(
        80
        /* code.parse */
      );
    };
    var writeValues = function(values, valueMapper, formatsOffset) {
      const len = values.length;
      for (let i = 0; i < len; i++) {
        const mappedVal = valueMapper ? valueMapper(values[i], i) : values[i];
        let formatByte = 0;
        if (mappedVal == null) {
          writer.addInt32(-1);
        } else if (mappedVal instanceof Buffer) {
          formatByte = 1;
          writer.addInt32(mappedVal.length);
          writer.add(mappedVal);
        } else {
          writer.addInt32PrefixedString(mappedVal);
        }
        const buf = writer.buffer;
        buf[formatsOffset++] = 0;
        buf[formatsOffset++] = formatByte;
      }
    };
    var bind = (config = {}) => {
      const portal = config.portal || "";
      const statement = config.statement || "";
      const binary = config.binary || false;
      const values = config.values || emptyArray;
      const len = values.length;
      writer.addCString(portal).addCString(statement);
      writer.addInt16(len);
      const formatsOffset = writer.reserveUnsafe(len * 2);
      writer.addInt16(len);
      try {
        writeValues(values, config.valueMapper, formatsOffset);
      } catch (err) {
        writer.clear();
        throw err;
      }
      writer.addInt16(1);
      writer.addInt16(
        binary ? 1 : 0
        /* ParamType.STRING */
      );
      return writer.flush(
        66
        /* code.bind */
      );
    };
    var emptyExecute = Buffer.from([69, 0, 0, 0, 9, 0, 0, 0, 0, 0]);
    var execute = (config) => {
      if (!config || !config.portal && !config.rows) {
        return emptyExecute;
      }
      const portal = config.portal || "";
      const rows = config.rows || 0;
      const portalLength = Buffer.byteLength(portal);
      const len = 4 + portalLength + 1 + 4;
      const buff = Buffer.allocUnsafe(1 + len);
      buff[0] = 69;
      buff.writeInt32BE(len, 1);
      buff.write(portal, 5, "utf-8");
      buff[portalLength + 5] = 0;
      buff.writeUInt32BE(rows, buff.length - 4);
      return buff;
    };
    var cancel = (processID, secretKey) => {
      const buffer = Buffer.allocUnsafe(16);
      buffer.writeInt32BE(16, 0);
      buffer.writeInt16BE(1234, 4);
      buffer.writeInt16BE(5678, 6);
      buffer.writeInt32BE(processID, 8);
      buffer.writeInt32BE(secretKey, 12);
      return buffer;
    };
    var cstringMessage = (code2, string) => {
      const stringLen = Buffer.byteLength(string);
      const len = 4 + stringLen + 1;
      const buffer = Buffer.allocUnsafe(1 + len);
      buffer[0] = code2;
      buffer.writeInt32BE(len, 1);
      buffer.write(string, 5, "utf-8");
      buffer[len] = 0;
      return buffer;
    };
    var emptyDescribePortal = writer.addCString("P").flush(
      68
      /* code.describe */
    );
    var emptyDescribeStatement = writer.addCString("S").flush(
      68
      /* code.describe */
    );
    var describe = (msg) => {
      return msg.name ? cstringMessage(68, `${msg.type}${msg.name || ""}`) : msg.type === "P" ? emptyDescribePortal : emptyDescribeStatement;
    };
    var close = (msg) => {
      const text = `${msg.type}${msg.name || ""}`;
      return cstringMessage(67, text);
    };
    var copyData = (chunk) => {
      return writer.add(chunk).flush(
        100
        /* code.copyFromChunk */
      );
    };
    var copyFail = (message) => {
      return cstringMessage(102, message);
    };
    var codeOnlyBuffer = (code2) => Buffer.from([code2, 0, 0, 0, 4]);
    var flushBuffer = codeOnlyBuffer(
      72
      /* code.flush */
    );
    var syncBuffer = codeOnlyBuffer(
      83
      /* code.sync */
    );
    var endBuffer = codeOnlyBuffer(
      88
      /* code.end */
    );
    var copyDoneBuffer = codeOnlyBuffer(
      99
      /* code.copyDone */
    );
    var serialize = {
      startup,
      password,
      requestSsl,
      sendSASLInitialResponseMessage,
      sendSCRAMClientFinalMessage,
      query,
      parse,
      bind,
      execute,
      describe,
      close,
      flush: () => flushBuffer,
      sync: () => syncBuffer,
      end: () => endBuffer,
      copyData,
      copyDone: () => copyDoneBuffer,
      copyFail,
      cancel
    };
    exports2.serialize = serialize;
  }
});

// node_modules/pg-protocol/dist/buffer-reader.js
var require_buffer_reader = __commonJS({
  "node_modules/pg-protocol/dist/buffer-reader.js"(exports2) {
    "use strict";
    Object.defineProperty(exports2, "__esModule", { value: true });
    exports2.BufferReader = void 0;
    var BufferReader = class {
      constructor(offset = 0) {
        this.offset = offset;
        this.buffer = Buffer.allocUnsafe(0);
        this.encoding = "utf-8";
      }
      setBuffer(offset, buffer) {
        this.offset = offset;
        this.buffer = buffer;
      }
      int16() {
        const result = this.buffer.readInt16BE(this.offset);
        this.offset += 2;
        return result;
      }
      byte() {
        const result = this.buffer[this.offset];
        this.offset++;
        return result;
      }
      int32() {
        const result = this.buffer.readInt32BE(this.offset);
        this.offset += 4;
        return result;
      }
      uint32() {
        const result = this.buffer.readUInt32BE(this.offset);
        this.offset += 4;
        return result;
      }
      string(length) {
        const result = this.buffer.toString(this.encoding, this.offset, this.offset + length);
        this.offset += length;
        return result;
      }
      cstring() {
        const start2 = this.offset;
        let end = start2;
        while (this.buffer[end++]) {
        }
        this.offset = end;
        return this.buffer.toString(this.encoding, start2, end - 1);
      }
      bytes(length) {
        const result = this.buffer.slice(this.offset, this.offset + length);
        this.offset += length;
        return result;
      }
    };
    exports2.BufferReader = BufferReader;
  }
});

// node_modules/pg-protocol/dist/parser.js
var require_parser = __commonJS({
  "node_modules/pg-protocol/dist/parser.js"(exports2) {
    "use strict";
    Object.defineProperty(exports2, "__esModule", { value: true });
    exports2.Parser = void 0;
    var messages_1 = require_messages();
    var buffer_reader_1 = require_buffer_reader();
    var CODE_LENGTH = 1;
    var LEN_LENGTH = 4;
    var HEADER_LENGTH = CODE_LENGTH + LEN_LENGTH;
    var LATEINIT_LENGTH = -1;
    var emptyBuffer = Buffer.allocUnsafe(0);
    var Parser = class {
      constructor(opts) {
        this.buffer = emptyBuffer;
        this.bufferLength = 0;
        this.bufferOffset = 0;
        this.reader = new buffer_reader_1.BufferReader();
        if ((opts === null || opts === void 0 ? void 0 : opts.mode) === "binary") {
          throw new Error("Binary mode not supported yet");
        }
        this.mode = (opts === null || opts === void 0 ? void 0 : opts.mode) || "text";
      }
      parse(buffer, callback) {
        this.mergeBuffer(buffer);
        const bufferFullLength = this.bufferOffset + this.bufferLength;
        let offset = this.bufferOffset;
        while (offset + HEADER_LENGTH <= bufferFullLength) {
          const code2 = this.buffer[offset];
          const length = this.buffer.readUInt32BE(offset + CODE_LENGTH);
          const fullMessageLength = CODE_LENGTH + length;
          if (fullMessageLength + offset <= bufferFullLength) {
            const message = this.handlePacket(offset + HEADER_LENGTH, code2, length, this.buffer);
            callback(message);
            offset += fullMessageLength;
          } else {
            break;
          }
        }
        if (offset === bufferFullLength) {
          this.buffer = emptyBuffer;
          this.bufferLength = 0;
          this.bufferOffset = 0;
        } else {
          this.bufferLength = bufferFullLength - offset;
          this.bufferOffset = offset;
        }
      }
      mergeBuffer(buffer) {
        if (this.bufferLength > 0) {
          const newLength = this.bufferLength + buffer.byteLength;
          const newFullLength = newLength + this.bufferOffset;
          if (newFullLength > this.buffer.byteLength) {
            let newBuffer;
            if (newLength <= this.buffer.byteLength && this.bufferOffset >= this.bufferLength) {
              newBuffer = this.buffer;
            } else {
              let newBufferLength = this.buffer.byteLength * 2;
              while (newLength >= newBufferLength) {
                newBufferLength *= 2;
              }
              newBuffer = Buffer.allocUnsafe(newBufferLength);
            }
            this.buffer.copy(newBuffer, 0, this.bufferOffset, this.bufferOffset + this.bufferLength);
            this.buffer = newBuffer;
            this.bufferOffset = 0;
          }
          buffer.copy(this.buffer, this.bufferOffset + this.bufferLength);
          this.bufferLength = newLength;
        } else {
          this.buffer = buffer;
          this.bufferOffset = 0;
          this.bufferLength = buffer.byteLength;
        }
      }
      handlePacket(offset, code2, length, bytes) {
        const { reader } = this;
        reader.setBuffer(offset, bytes);
        let message;
        switch (code2) {
          case 50:
            message = messages_1.bindComplete;
            break;
          case 49:
            message = messages_1.parseComplete;
            break;
          case 51:
            message = messages_1.closeComplete;
            break;
          case 110:
            message = messages_1.noData;
            break;
          case 115:
            message = messages_1.portalSuspended;
            break;
          case 99:
            message = messages_1.copyDone;
            break;
          case 87:
            message = messages_1.replicationStart;
            break;
          case 73:
            message = messages_1.emptyQuery;
            break;
          case 68:
            message = parseDataRowMessage(reader);
            break;
          case 67:
            message = parseCommandCompleteMessage(reader);
            break;
          case 90:
            message = parseReadyForQueryMessage(reader);
            break;
          case 65:
            message = parseNotificationMessage(reader);
            break;
          case 82:
            message = parseAuthenticationResponse(reader, length);
            break;
          case 83:
            message = parseParameterStatusMessage(reader);
            break;
          case 75:
            message = parseBackendKeyData(reader);
            break;
          case 69:
            message = parseErrorMessage(reader, "error");
            break;
          case 78:
            message = parseErrorMessage(reader, "notice");
            break;
          case 84:
            message = parseRowDescriptionMessage(reader);
            break;
          case 116:
            message = parseParameterDescriptionMessage(reader);
            break;
          case 71:
            message = parseCopyInMessage(reader);
            break;
          case 72:
            message = parseCopyOutMessage(reader);
            break;
          case 100:
            message = parseCopyData(reader, length);
            break;
          default:
            return new messages_1.DatabaseError("received invalid response: " + code2.toString(16), length, "error");
        }
        reader.setBuffer(0, emptyBuffer);
        message.length = length;
        return message;
      }
    };
    exports2.Parser = Parser;
    var parseReadyForQueryMessage = (reader) => {
      const status = reader.string(1);
      return new messages_1.ReadyForQueryMessage(LATEINIT_LENGTH, status);
    };
    var parseCommandCompleteMessage = (reader) => {
      const text = reader.cstring();
      return new messages_1.CommandCompleteMessage(LATEINIT_LENGTH, text);
    };
    var parseCopyData = (reader, length) => {
      const chunk = reader.bytes(length - 4);
      return new messages_1.CopyDataMessage(LATEINIT_LENGTH, chunk);
    };
    var parseCopyInMessage = (reader) => parseCopyMessage(reader, "copyInResponse");
    var parseCopyOutMessage = (reader) => parseCopyMessage(reader, "copyOutResponse");
    var parseCopyMessage = (reader, messageName) => {
      const isBinary = reader.byte() !== 0;
      const columnCount = reader.int16();
      const message = new messages_1.CopyResponse(LATEINIT_LENGTH, messageName, isBinary, columnCount);
      for (let i = 0; i < columnCount; i++) {
        message.columnTypes[i] = reader.int16();
      }
      return message;
    };
    var parseNotificationMessage = (reader) => {
      const processId = reader.int32();
      const channel = reader.cstring();
      const payload = reader.cstring();
      return new messages_1.NotificationResponseMessage(LATEINIT_LENGTH, processId, channel, payload);
    };
    var parseRowDescriptionMessage = (reader) => {
      const fieldCount = reader.int16();
      const message = new messages_1.RowDescriptionMessage(LATEINIT_LENGTH, fieldCount);
      for (let i = 0; i < fieldCount; i++) {
        message.fields[i] = parseField(reader);
      }
      return message;
    };
    var parseField = (reader) => {
      const name3 = reader.cstring();
      const tableID = reader.uint32();
      const columnID = reader.int16();
      const dataTypeID = reader.uint32();
      const dataTypeSize = reader.int16();
      const dataTypeModifier = reader.int32();
      const mode = reader.int16() === 0 ? "text" : "binary";
      return new messages_1.Field(name3, tableID, columnID, dataTypeID, dataTypeSize, dataTypeModifier, mode);
    };
    var parseParameterDescriptionMessage = (reader) => {
      const parameterCount = reader.int16();
      const message = new messages_1.ParameterDescriptionMessage(LATEINIT_LENGTH, parameterCount);
      for (let i = 0; i < parameterCount; i++) {
        message.dataTypeIDs[i] = reader.uint32();
      }
      return message;
    };
    var parseDataRowMessage = (reader) => {
      const fieldCount = reader.int16();
      const fields = new Array(fieldCount);
      for (let i = 0; i < fieldCount; i++) {
        const len = reader.int32();
        fields[i] = len === -1 ? null : reader.string(len);
      }
      return new messages_1.DataRowMessage(LATEINIT_LENGTH, fields);
    };
    var parseParameterStatusMessage = (reader) => {
      const name3 = reader.cstring();
      const value = reader.cstring();
      return new messages_1.ParameterStatusMessage(LATEINIT_LENGTH, name3, value);
    };
    var parseBackendKeyData = (reader) => {
      const processID = reader.int32();
      const secretKey = reader.int32();
      return new messages_1.BackendKeyDataMessage(LATEINIT_LENGTH, processID, secretKey);
    };
    var parseAuthenticationResponse = (reader, length) => {
      const code2 = reader.int32();
      const message = {
        name: "authenticationOk",
        length
      };
      switch (code2) {
        case 0:
          break;
        case 3:
          if (message.length === 8) {
            message.name = "authenticationCleartextPassword";
          }
          break;
        case 5:
          if (message.length === 12) {
            message.name = "authenticationMD5Password";
            const salt = reader.bytes(4);
            return new messages_1.AuthenticationMD5Password(LATEINIT_LENGTH, salt);
          }
          break;
        case 10:
          {
            message.name = "authenticationSASL";
            message.mechanisms = [];
            let mechanism;
            do {
              mechanism = reader.cstring();
              if (mechanism) {
                message.mechanisms.push(mechanism);
              }
            } while (mechanism);
          }
          break;
        case 11:
          message.name = "authenticationSASLContinue";
          message.data = reader.string(length - 8);
          break;
        case 12:
          message.name = "authenticationSASLFinal";
          message.data = reader.string(length - 8);
          break;
        default:
          throw new Error("Unknown authenticationOk message type " + code2);
      }
      return message;
    };
    var parseErrorMessage = (reader, name3) => {
      const fields = {};
      let fieldType = reader.string(1);
      while (fieldType !== "\0") {
        fields[fieldType] = reader.cstring();
        fieldType = reader.string(1);
      }
      const messageValue = fields.M;
      const message = name3 === "notice" ? new messages_1.NoticeMessage(LATEINIT_LENGTH, messageValue) : new messages_1.DatabaseError(messageValue, LATEINIT_LENGTH, name3);
      message.severity = fields.S;
      message.code = fields.C;
      message.detail = fields.D;
      message.hint = fields.H;
      message.position = fields.P;
      message.internalPosition = fields.p;
      message.internalQuery = fields.q;
      message.where = fields.W;
      message.schema = fields.s;
      message.table = fields.t;
      message.column = fields.c;
      message.dataType = fields.d;
      message.constraint = fields.n;
      message.file = fields.F;
      message.line = fields.L;
      message.routine = fields.R;
      return message;
    };
  }
});

// node_modules/pg-protocol/dist/index.js
var require_dist = __commonJS({
  "node_modules/pg-protocol/dist/index.js"(exports2) {
    "use strict";
    Object.defineProperty(exports2, "__esModule", { value: true });
    exports2.DatabaseError = exports2.serialize = void 0;
    exports2.parse = parse;
    var messages_1 = require_messages();
    Object.defineProperty(exports2, "DatabaseError", { enumerable: true, get: function() {
      return messages_1.DatabaseError;
    } });
    var serializer_1 = require_serializer();
    Object.defineProperty(exports2, "serialize", { enumerable: true, get: function() {
      return serializer_1.serialize;
    } });
    var parser_1 = require_parser();
    function parse(stream, callback) {
      const parser = new parser_1.Parser();
      stream.on("data", (buffer) => parser.parse(buffer, callback));
      return new Promise((resolve2) => stream.on("end", () => resolve2()));
    }
  }
});

// node_modules/pg-cloudflare/dist/empty.js
var require_empty = __commonJS({
  "node_modules/pg-cloudflare/dist/empty.js"(exports2) {
    "use strict";
    Object.defineProperty(exports2, "__esModule", { value: true });
    exports2.default = {};
  }
});

// node_modules/pg/lib/stream.js
var require_stream = __commonJS({
  "node_modules/pg/lib/stream.js"(exports2, module2) {
    var { getStream, getSecureStream } = getStreamFuncs();
    module2.exports = {
      /**
       * Get a socket stream compatible with the current runtime environment.
       * @returns {Duplex}
       */
      getStream,
      /**
       * Get a TLS secured socket, compatible with the current environment,
       * using the socket and other settings given in `options`.
       * @returns {Duplex}
       */
      getSecureStream
    };
    function getNodejsStreamFuncs() {
      function getStream2(ssl) {
        const net = require("net");
        return new net.Socket();
      }
      function getSecureStream2(options) {
        const tls = require("tls");
        return tls.connect(options);
      }
      return {
        getStream: getStream2,
        getSecureStream: getSecureStream2
      };
    }
    function getCloudflareStreamFuncs() {
      function getStream2(ssl) {
        const { CloudflareSocket } = require_empty();
        return new CloudflareSocket(ssl);
      }
      function getSecureStream2(options) {
        options.socket.startTls(options);
        return options.socket;
      }
      return {
        getStream: getStream2,
        getSecureStream: getSecureStream2
      };
    }
    function isCloudflareRuntime() {
      if (typeof navigator === "object" && navigator !== null && typeof navigator.userAgent === "string") {
        return navigator.userAgent === "Cloudflare-Workers";
      }
      if (typeof Response === "function") {
        const resp = new Response(null, { cf: { thing: true } });
        if (typeof resp.cf === "object" && resp.cf !== null && resp.cf.thing) {
          return true;
        }
      }
      return false;
    }
    function getStreamFuncs() {
      if (isCloudflareRuntime()) {
        return getCloudflareStreamFuncs();
      }
      return getNodejsStreamFuncs();
    }
  }
});

// node_modules/pg/lib/connection.js
var require_connection = __commonJS({
  "node_modules/pg/lib/connection.js"(exports2, module2) {
    "use strict";
    var EventEmitter = require("events").EventEmitter;
    var { parse, serialize } = require_dist();
    var stream = require_stream();
    var { getStream } = stream;
    var flushBuffer = serialize.flush();
    var syncBuffer = serialize.sync();
    var endBuffer = serialize.end();
    var Connection2 = class extends EventEmitter {
      constructor(config) {
        super();
        config = config || {};
        this.stream = config.stream || getStream(config.ssl);
        if (typeof this.stream === "function") {
          this.stream = this.stream(config);
        }
        this._keepAlive = config.keepAlive;
        this._keepAliveInitialDelayMillis = config.keepAliveInitialDelayMillis;
        this.parsedStatements = {};
        this.submittedNamedStatements = {};
        this.ssl = config.ssl || false;
        this.sslNegotiation = config.sslNegotiation || "postgres";
        this._ending = false;
        this._emitMessage = false;
        const self = this;
        this.on("newListener", function(eventName) {
          if (eventName === "message") {
            self._emitMessage = true;
          }
        });
      }
      connect(port2, host) {
        const self = this;
        this._connecting = true;
        this.stream.setNoDelay(true);
        this.stream.connect(port2, host);
        this.stream.once("connect", function() {
          if (self._keepAlive) {
            self.stream.setKeepAlive(true, self._keepAliveInitialDelayMillis);
          }
          self.emit("connect");
        });
        const reportStreamError = function(error2) {
          if (self._ending && (error2.code === "ECONNRESET" || error2.code === "EPIPE")) {
            return;
          }
          self.emit("error", error2);
        };
        this.stream.on("error", reportStreamError);
        this.stream.on("close", function() {
          self.emit("end");
        });
        if (!this.ssl) {
          return this.attachListeners(this.stream);
        }
        if (this.sslNegotiation === "direct") {
          return this.stream.once("connect", function() {
            self.upgradeToSSL(host, reportStreamError);
          });
        }
        this.stream.once("data", function(buffer) {
          const responseCode = buffer.toString("utf8");
          switch (responseCode) {
            case "S":
              break;
            case "N":
              self.stream.end();
              return self.emit("error", new Error("The server does not support SSL connections"));
            default:
              self.stream.end();
              return self.emit("error", new Error("There was an error establishing an SSL connection"));
          }
          self.upgradeToSSL(host, reportStreamError);
        });
      }
      upgradeToSSL(host, reportStreamError) {
        const self = this;
        const options = {
          socket: self.stream,
          // tls.connect checks the server identity against `servername`, falling
          // back to `host` and then to 'localhost'. `servername` must stay unset
          // for IP addresses (see below), so `host` is needed to keep certificate
          // validation working when connecting to an IP address.
          host
        };
        if (self.ssl !== true) {
          Object.assign(options, self.ssl);
          if ("key" in self.ssl) {
            options.key = self.ssl.key;
          }
        }
        if (self.sslNegotiation === "direct") {
          options.ALPNProtocols = ["postgresql"];
        }
        const net = require("net");
        if (net.isIP && net.isIP(host) === 0) {
          options.servername = host;
        }
        try {
          self.stream = stream.getSecureStream(options);
        } catch (err) {
          return self.emit("error", err);
        }
        self.attachListeners(self.stream);
        self.stream.on("error", reportStreamError);
        self.emit("sslconnect");
      }
      attachListeners(stream2) {
        parse(stream2, (msg) => {
          const eventName = msg.name === "error" ? "errorMessage" : msg.name;
          if (this._emitMessage) {
            this.emit("message", msg);
          }
          this.emit(eventName, msg);
        });
      }
      requestSsl() {
        this.stream.write(serialize.requestSsl());
      }
      startup(config) {
        this.stream.write(serialize.startup(config));
      }
      cancel(processID, secretKey) {
        this._send(serialize.cancel(processID, secretKey));
      }
      password(password) {
        this._send(serialize.password(password));
      }
      sendSASLInitialResponseMessage(mechanism, initialResponse) {
        this._send(serialize.sendSASLInitialResponseMessage(mechanism, initialResponse));
      }
      sendSCRAMClientFinalMessage(additionalData) {
        this._send(serialize.sendSCRAMClientFinalMessage(additionalData));
      }
      _send(buffer) {
        if (!this.stream.writable) {
          return false;
        }
        return this.stream.write(buffer);
      }
      query(text) {
        this._send(serialize.query(text));
      }
      // send parse message
      parse(query) {
        this._send(serialize.parse(query));
      }
      // send bind message
      bind(config) {
        this._send(serialize.bind(config));
      }
      // send execute message
      execute(config) {
        this._send(serialize.execute(config));
      }
      flush() {
        if (this.stream.writable) {
          this.stream.write(flushBuffer);
        }
      }
      sync() {
        this._send(syncBuffer);
      }
      ref() {
        this.stream.ref();
      }
      unref() {
        this.stream.unref();
      }
      end() {
        this._ending = true;
        if (!this._connecting || !this.stream.writable) {
          this.stream.end();
          return;
        }
        return this.stream.write(endBuffer, () => {
          this.stream.end();
        });
      }
      close(msg) {
        this._send(serialize.close(msg));
      }
      describe(msg) {
        this._send(serialize.describe(msg));
      }
      sendCopyFromChunk(chunk) {
        this._send(serialize.copyData(chunk));
      }
      endCopyFrom() {
        this._send(serialize.copyDone());
      }
      sendCopyFail(msg) {
        this._send(serialize.copyFail(msg));
      }
    };
    module2.exports = Connection2;
  }
});

// node_modules/split2/index.js
var require_split2 = __commonJS({
  "node_modules/split2/index.js"(exports2, module2) {
    "use strict";
    var { Transform } = require("stream");
    var { StringDecoder } = require("string_decoder");
    var kLast = /* @__PURE__ */ Symbol("last");
    var kDecoder = /* @__PURE__ */ Symbol("decoder");
    function transform(chunk, enc, cb) {
      let list;
      if (this.overflow) {
        const buf = this[kDecoder].write(chunk);
        list = buf.split(this.matcher);
        if (list.length === 1) return cb();
        list.shift();
        this.overflow = false;
      } else {
        this[kLast] += this[kDecoder].write(chunk);
        list = this[kLast].split(this.matcher);
      }
      this[kLast] = list.pop();
      for (let i = 0; i < list.length; i++) {
        try {
          push(this, this.mapper(list[i]));
        } catch (error2) {
          return cb(error2);
        }
      }
      this.overflow = this[kLast].length > this.maxLength;
      if (this.overflow && !this.skipOverflow) {
        cb(new Error("maximum buffer reached"));
        return;
      }
      cb();
    }
    function flush(cb) {
      this[kLast] += this[kDecoder].end();
      if (this[kLast]) {
        try {
          push(this, this.mapper(this[kLast]));
        } catch (error2) {
          return cb(error2);
        }
      }
      cb();
    }
    function push(self, val) {
      if (val !== void 0) {
        self.push(val);
      }
    }
    function noop(incoming) {
      return incoming;
    }
    function split(matcher, mapper, options) {
      matcher = matcher || /\r?\n/;
      mapper = mapper || noop;
      options = options || {};
      switch (arguments.length) {
        case 1:
          if (typeof matcher === "function") {
            mapper = matcher;
            matcher = /\r?\n/;
          } else if (typeof matcher === "object" && !(matcher instanceof RegExp) && !matcher[Symbol.split]) {
            options = matcher;
            matcher = /\r?\n/;
          }
          break;
        case 2:
          if (typeof matcher === "function") {
            options = mapper;
            mapper = matcher;
            matcher = /\r?\n/;
          } else if (typeof mapper === "object") {
            options = mapper;
            mapper = noop;
          }
      }
      options = Object.assign({}, options);
      options.autoDestroy = true;
      options.transform = transform;
      options.flush = flush;
      options.readableObjectMode = true;
      const stream = new Transform(options);
      stream[kLast] = "";
      stream[kDecoder] = new StringDecoder("utf8");
      stream.matcher = matcher;
      stream.mapper = mapper;
      stream.maxLength = options.maxLength;
      stream.skipOverflow = options.skipOverflow || false;
      stream.overflow = false;
      stream._destroy = function(err, cb) {
        this._writableState.errorEmitted = false;
        cb(err);
      };
      return stream;
    }
    module2.exports = split;
  }
});

// node_modules/pgpass/lib/helper.js
var require_helper = __commonJS({
  "node_modules/pgpass/lib/helper.js"(exports2, module2) {
    "use strict";
    var path = require("path");
    var Stream = require("stream").Stream;
    var split = require_split2();
    var util = require("util");
    var defaultPort = 5432;
    var isWin = process.platform === "win32";
    var warnStream = process.stderr;
    var S_IRWXG = 56;
    var S_IRWXO = 7;
    var S_IFMT = 61440;
    var S_IFREG = 32768;
    function isRegFile(mode) {
      return (mode & S_IFMT) == S_IFREG;
    }
    var fieldNames = ["host", "port", "database", "user", "password"];
    var nrOfFields = fieldNames.length;
    var passKey = fieldNames[nrOfFields - 1];
    function warn() {
      var isWritable = warnStream instanceof Stream && true === warnStream.writable;
      if (isWritable) {
        var args = Array.prototype.slice.call(arguments).concat("\n");
        warnStream.write(util.format.apply(util, args));
      }
    }
    Object.defineProperty(module2.exports, "isWin", {
      get: function() {
        return isWin;
      },
      set: function(val) {
        isWin = val;
      }
    });
    module2.exports.warnTo = function(stream) {
      var old = warnStream;
      warnStream = stream;
      return old;
    };
    module2.exports.getFileName = function(rawEnv) {
      var env = rawEnv || process.env;
      var file = env.PGPASSFILE || (isWin ? path.join(env.APPDATA || "./", "postgresql", "pgpass.conf") : path.join(env.HOME || "./", ".pgpass"));
      return file;
    };
    module2.exports.usePgPass = function(stats, fname) {
      if (Object.prototype.hasOwnProperty.call(process.env, "PGPASSWORD")) {
        return false;
      }
      if (isWin) {
        return true;
      }
      fname = fname || "<unkn>";
      if (!isRegFile(stats.mode)) {
        warn('WARNING: password file "%s" is not a plain file', fname);
        return false;
      }
      if (stats.mode & (S_IRWXG | S_IRWXO)) {
        warn('WARNING: password file "%s" has group or world access; permissions should be u=rw (0600) or less', fname);
        return false;
      }
      return true;
    };
    var matcher = module2.exports.match = function(connInfo, entry) {
      return fieldNames.slice(0, -1).reduce(function(prev, field, idx) {
        if (idx == 1) {
          if (Number(connInfo[field] || defaultPort) === Number(entry[field])) {
            return prev && true;
          }
        }
        return prev && (entry[field] === "*" || entry[field] === connInfo[field]);
      }, true);
    };
    module2.exports.getPassword = function(connInfo, stream, cb) {
      var pass;
      var lineStream = stream.pipe(split());
      function onLine(line) {
        var entry = parseLine(line);
        if (entry && isValidEntry(entry) && matcher(connInfo, entry)) {
          pass = entry[passKey];
          lineStream.end();
        }
      }
      var onEnd = function() {
        stream.destroy();
        cb(pass);
      };
      var onErr = function(err) {
        stream.destroy();
        warn("WARNING: error on reading file: %s", err);
        cb(void 0);
      };
      stream.on("error", onErr);
      lineStream.on("data", onLine).on("end", onEnd).on("error", onErr);
    };
    var parseLine = module2.exports.parseLine = function(line) {
      if (line.length < 11 || line.match(/^\s+#/)) {
        return null;
      }
      var curChar = "";
      var prevChar = "";
      var fieldIdx = 0;
      var startIdx = 0;
      var endIdx = 0;
      var obj = {};
      var isLastField = false;
      var addToObj = function(idx, i0, i1) {
        var field = line.substring(i0, i1);
        if (!Object.hasOwnProperty.call(process.env, "PGPASS_NO_DEESCAPE")) {
          field = field.replace(/\\([:\\])/g, "$1");
        }
        obj[fieldNames[idx]] = field;
      };
      for (var i = 0; i < line.length - 1; i += 1) {
        curChar = line.charAt(i + 1);
        prevChar = line.charAt(i);
        isLastField = fieldIdx == nrOfFields - 1;
        if (isLastField) {
          addToObj(fieldIdx, startIdx);
          break;
        }
        if (i >= 0 && curChar == ":" && prevChar !== "\\") {
          addToObj(fieldIdx, startIdx, i + 1);
          startIdx = i + 2;
          fieldIdx += 1;
        }
      }
      obj = Object.keys(obj).length === nrOfFields ? obj : null;
      return obj;
    };
    var isValidEntry = module2.exports.isValidEntry = function(entry) {
      var rules = {
        // host
        0: function(x) {
          return x.length > 0;
        },
        // port
        1: function(x) {
          if (x === "*") {
            return true;
          }
          x = Number(x);
          return isFinite(x) && x > 0 && x < 9007199254740992 && Math.floor(x) === x;
        },
        // database
        2: function(x) {
          return x.length > 0;
        },
        // username
        3: function(x) {
          return x.length > 0;
        },
        // password
        4: function(x) {
          return x.length > 0;
        }
      };
      for (var idx = 0; idx < fieldNames.length; idx += 1) {
        var rule = rules[idx];
        var value = entry[fieldNames[idx]] || "";
        var res = rule(value);
        if (!res) {
          return false;
        }
      }
      return true;
    };
  }
});

// node_modules/pgpass/lib/index.js
var require_lib = __commonJS({
  "node_modules/pgpass/lib/index.js"(exports2, module2) {
    "use strict";
    var path = require("path");
    var fs2 = require("fs");
    var helper = require_helper();
    module2.exports = function(connInfo, cb) {
      var file = helper.getFileName();
      fs2.stat(file, function(err, stat) {
        if (err || !helper.usePgPass(stat, file)) {
          return cb(void 0);
        }
        var st = fs2.createReadStream(file);
        helper.getPassword(connInfo, st, cb);
      });
    };
    module2.exports.warnTo = helper.warnTo;
  }
});

// node_modules/pg/lib/client.js
var require_client = __commonJS({
  "node_modules/pg/lib/client.js"(exports2, module2) {
    var EventEmitter = require("events").EventEmitter;
    var utils = require_utils();
    var nodeUtils = require("util");
    var sasl = require_sasl();
    var TypeOverrides2 = require_type_overrides();
    var ConnectionParameters = require_connection_parameters();
    var Query2 = require_query();
    var defaults2 = require_defaults();
    var Connection2 = require_connection();
    var crypto2 = require_utils2();
    var activeQueryDeprecationNotice = nodeUtils.deprecate(
      () => {
      },
      "Client.activeQuery is deprecated and will be removed in pg@9.0"
    );
    var queryQueueDeprecationNotice = nodeUtils.deprecate(
      () => {
      },
      "Client.queryQueue is deprecated and will be removed in pg@9.0."
    );
    var pgPassDeprecationNotice = nodeUtils.deprecate(
      () => {
      },
      "pgpass support is deprecated and will be removed in pg@9.0. You can provide an async function as the password property to the Client/Pool constructor that returns a password instead. Within this function you can call the pgpass module in your own code."
    );
    var byoPromiseDeprecationNotice = nodeUtils.deprecate(
      () => {
      },
      "Passing a custom Promise implementation to the Client/Pool constructor is deprecated and will be removed in pg@9.0."
    );
    var queryQueueLengthDeprecationNotice = nodeUtils.deprecate(
      () => {
      },
      "Calling client.query() when the client is already executing a query is deprecated and will be removed in pg@9.0. Use async/await or an external async flow control mechanism instead."
    );
    function coerceNumberOrDefault(value, defaultValue) {
      if (typeof value === "number") {
        return Number.isFinite(value) ? value : defaultValue;
      }
      if (typeof value === "string" && value.trim() !== "") {
        const n = Number(value);
        return Number.isFinite(n) ? n : defaultValue;
      }
      return defaultValue;
    }
    var Client2 = class extends EventEmitter {
      constructor(config) {
        super();
        this.connectionParameters = new ConnectionParameters(config);
        this.user = this.connectionParameters.user;
        this.database = this.connectionParameters.database;
        this.port = this.connectionParameters.port;
        this.host = this.connectionParameters.host;
        Object.defineProperty(this, "password", {
          configurable: true,
          enumerable: false,
          writable: true,
          value: this.connectionParameters.password
        });
        this.replication = this.connectionParameters.replication;
        const c = config || {};
        if (c.Promise) {
          byoPromiseDeprecationNotice();
        }
        this._Promise = c.Promise || global.Promise;
        this._types = new TypeOverrides2(c.types);
        this._ending = false;
        this._ended = false;
        this._connecting = false;
        this._connected = false;
        this._connectionError = false;
        this._queryable = true;
        this._activeQuery = null;
        this._txStatus = null;
        this.enableChannelBinding = Boolean(c.enableChannelBinding);
        this.scramMaxIterations = coerceNumberOrDefault(c.scramMaxIterations, sasl.DEFAULT_MAX_SCRAM_ITERATIONS);
        this.connection = c.connection || new Connection2({
          stream: c.stream,
          ssl: this.connectionParameters.ssl,
          sslNegotiation: this.connectionParameters.sslnegotiation,
          keepAlive: c.keepAlive || false,
          keepAliveInitialDelayMillis: c.keepAliveInitialDelayMillis || 0,
          encoding: this.connectionParameters.client_encoding || "utf8"
        });
        this._queryQueue = [];
        this._sentQueryQueue = [];
        this.pipeline = Boolean(c.pipeline);
        this.binary = c.binary || defaults2.binary;
        this.processID = null;
        this.secretKey = null;
        this.ssl = this.connectionParameters.ssl || false;
        this.sslNegotiation = this.connectionParameters.sslnegotiation || "postgres";
        if (this.ssl && this.ssl.key) {
          Object.defineProperty(this.ssl, "key", {
            enumerable: false
          });
        }
        this._connectionTimeoutMillis = c.connectionTimeoutMillis || 0;
      }
      get activeQuery() {
        activeQueryDeprecationNotice();
        return this._activeQuery;
      }
      set activeQuery(val) {
        activeQueryDeprecationNotice();
        this._activeQuery = val;
      }
      _getActiveQuery() {
        return this._activeQuery;
      }
      _errorAllQueries(err) {
        const enqueueError = (query) => {
          process.nextTick(() => {
            query.handleError(err, this.connection);
          });
        };
        const activeQuery = this._getActiveQuery();
        if (activeQuery) {
          enqueueError(activeQuery);
          this._activeQuery = null;
        }
        this._sentQueryQueue.forEach(enqueueError);
        this._sentQueryQueue.length = 0;
        this._queryQueue.forEach(enqueueError);
        this._queryQueue.length = 0;
      }
      _connect(callback) {
        const self = this;
        const con = this.connection;
        this._connectionCallback = callback;
        if (this._connecting || this._connected) {
          const err = new Error("Client has already been connected. You cannot reuse a client.");
          process.nextTick(() => {
            callback(err);
          });
          return;
        }
        this._connecting = true;
        if (this._connectionTimeoutMillis > 0) {
          this.connectionTimeoutHandle = setTimeout(() => {
            con._ending = true;
            con.stream.destroy(new Error("timeout expired"));
          }, this._connectionTimeoutMillis);
          if (this.connectionTimeoutHandle.unref) {
            this.connectionTimeoutHandle.unref();
          }
        }
        if (this.host && this.host.indexOf("/") === 0) {
          con.connect(this.host + "/.s.PGSQL." + this.port);
        } else {
          con.connect(this.port, this.host);
        }
        con.on("connect", function() {
          if (self.ssl) {
            if (self.sslNegotiation !== "direct") {
              con.requestSsl();
            }
          } else {
            con.startup(self.getStartupConf());
          }
        });
        con.on("sslconnect", function() {
          con.startup(self.getStartupConf());
        });
        this._attachListeners(con);
        con.once("end", () => {
          const error2 = this._ending ? new Error("Connection terminated") : new Error("Connection terminated unexpectedly");
          clearTimeout(this.connectionTimeoutHandle);
          this._errorAllQueries(error2);
          this._ended = true;
          if (!this._ending) {
            if (this._connecting && !this._connectionError) {
              if (this._connectionCallback) {
                this._connectionCallback(error2);
              } else {
                this._handleErrorEvent(error2);
              }
            } else if (!this._connectionError) {
              this._handleErrorEvent(error2);
            }
          }
          process.nextTick(() => {
            this.emit("end");
          });
        });
      }
      connect(callback) {
        if (callback) {
          this._connect(callback);
          return;
        }
        return new this._Promise((resolve2, reject) => {
          this._connect((error2) => {
            if (error2) {
              reject(error2);
            } else {
              resolve2(this);
            }
          });
        });
      }
      _attachListeners(con) {
        con.on("authenticationCleartextPassword", this._handleAuthCleartextPassword.bind(this));
        con.on("authenticationMD5Password", this._handleAuthMD5Password.bind(this));
        con.on("authenticationSASL", this._handleAuthSASL.bind(this));
        con.on("authenticationSASLContinue", this._handleAuthSASLContinue.bind(this));
        con.on("authenticationSASLFinal", this._handleAuthSASLFinal.bind(this));
        con.on("backendKeyData", this._handleBackendKeyData.bind(this));
        con.on("error", this._handleErrorEvent.bind(this));
        con.on("errorMessage", this._handleErrorMessage.bind(this));
        con.on("readyForQuery", this._handleReadyForQuery.bind(this));
        con.on("notice", this._handleNotice.bind(this));
        con.on("rowDescription", this._handleRowDescription.bind(this));
        con.on("dataRow", this._handleDataRow.bind(this));
        con.on("portalSuspended", this._handlePortalSuspended.bind(this));
        con.on("emptyQuery", this._handleEmptyQuery.bind(this));
        con.on("commandComplete", this._handleCommandComplete.bind(this));
        con.on("parseComplete", this._handleParseComplete.bind(this));
        con.on("copyInResponse", this._handleCopyInResponse.bind(this));
        con.on("copyData", this._handleCopyData.bind(this));
        con.on("notification", this._handleNotification.bind(this));
      }
      _getPassword(cb) {
        const con = this.connection;
        if (typeof this.password === "function") {
          this._Promise.resolve().then(() => this.password(this.connectionParameters)).then((pass) => {
            if (pass !== void 0) {
              if (typeof pass !== "string") {
                con.emit("error", new TypeError("Password must be a string"));
                return;
              }
              this.connectionParameters.password = this.password = pass;
            } else {
              this.connectionParameters.password = this.password = null;
            }
            cb();
          }).catch((err) => {
            con.emit("error", err);
          });
        } else if (this.password !== null) {
          cb();
        } else {
          try {
            const pgPass = require_lib();
            pgPass(this.connectionParameters, (pass) => {
              if (void 0 !== pass) {
                pgPassDeprecationNotice();
                this.connectionParameters.password = this.password = pass;
              }
              cb();
            });
          } catch (e) {
            this.emit("error", e);
          }
        }
      }
      _handleAuthCleartextPassword(msg) {
        this._getPassword(() => {
          this.connection.password(this.password);
        });
      }
      _handleAuthMD5Password(msg) {
        this._getPassword(async () => {
          try {
            const hashedPassword = await crypto2.postgresMd5PasswordHash(this.user, this.password, msg.salt);
            this.connection.password(hashedPassword);
          } catch (e) {
            this.emit("error", e);
          }
        });
      }
      _handleAuthSASL(msg) {
        this._getPassword(() => {
          try {
            this.saslSession = sasl.startSession(
              msg.mechanisms,
              this.enableChannelBinding && this.connection.stream,
              this.scramMaxIterations
            );
            this.connection.sendSASLInitialResponseMessage(this.saslSession.mechanism, this.saslSession.response);
          } catch (err) {
            this.connection.emit("error", err);
          }
        });
      }
      async _handleAuthSASLContinue(msg) {
        try {
          await sasl.continueSession(
            this.saslSession,
            this.password,
            msg.data,
            this.enableChannelBinding && this.connection.stream
          );
          this.connection.sendSCRAMClientFinalMessage(this.saslSession.response);
        } catch (err) {
          this.connection.emit("error", err);
        }
      }
      _handleAuthSASLFinal(msg) {
        try {
          sasl.finalizeSession(this.saslSession, msg.data);
          this.saslSession = null;
        } catch (err) {
          this.connection.emit("error", err);
        }
      }
      _handleBackendKeyData(msg) {
        this.processID = msg.processID;
        this.secretKey = msg.secretKey;
      }
      _handleReadyForQuery(msg) {
        if (this._connecting) {
          this._connecting = false;
          this._connected = true;
          clearTimeout(this.connectionTimeoutHandle);
          if (this._connectionCallback) {
            this._connectionCallback(null, this);
            this._connectionCallback = null;
          }
          this.emit("connect");
        }
        const activeQuery = this._getActiveQuery();
        this._activeQuery = null;
        this._txStatus = msg?.status ?? null;
        this.readyForQuery = true;
        if (activeQuery) {
          activeQuery.handleReadyForQuery(this.connection);
        }
        this._pulseQueryQueue();
      }
      // if we receive an error event or error message
      // during the connection process we handle it here
      _handleErrorWhileConnecting(err) {
        if (this._connectionError) {
          return;
        }
        this._connectionError = true;
        clearTimeout(this.connectionTimeoutHandle);
        if (this._connectionCallback) {
          return this._connectionCallback(err);
        }
        this.emit("error", err);
      }
      // if we're connected and we receive an error event from the connection
      // this means the socket is dead - do a hard abort of all queries and emit
      // the socket error on the client as well
      _handleErrorEvent(err) {
        if (this._connecting) {
          return this._handleErrorWhileConnecting(err);
        }
        this._queryable = false;
        this._errorAllQueries(err);
        this.emit("error", err);
      }
      // handle error messages from the postgres backend
      _handleErrorMessage(msg) {
        if (this._connecting) {
          return this._handleErrorWhileConnecting(msg);
        }
        const activeQuery = this._getActiveQuery();
        if (!activeQuery) {
          this._handleErrorEvent(msg);
          return;
        }
        this._activeQuery = null;
        if (activeQuery.name) {
          delete this.connection.submittedNamedStatements[activeQuery.name];
        }
        activeQuery.handleError(msg, this.connection);
      }
      _handleRowDescription(msg) {
        const activeQuery = this._getActiveQuery();
        if (activeQuery == null) {
          const error2 = new Error("Received unexpected rowDescription message from backend.");
          this._handleErrorEvent(error2);
          return;
        }
        activeQuery.handleRowDescription(msg);
      }
      _handleDataRow(msg) {
        const activeQuery = this._getActiveQuery();
        if (activeQuery == null) {
          const error2 = new Error("Received unexpected dataRow message from backend.");
          this._handleErrorEvent(error2);
          return;
        }
        activeQuery.handleDataRow(msg);
      }
      _handlePortalSuspended(msg) {
        const activeQuery = this._getActiveQuery();
        if (activeQuery == null) {
          const error2 = new Error("Received unexpected portalSuspended message from backend.");
          this._handleErrorEvent(error2);
          return;
        }
        activeQuery.handlePortalSuspended(this.connection);
      }
      _handleEmptyQuery(msg) {
        const activeQuery = this._getActiveQuery();
        if (activeQuery == null) {
          const error2 = new Error("Received unexpected emptyQuery message from backend.");
          this._handleErrorEvent(error2);
          return;
        }
        activeQuery.handleEmptyQuery(this.connection);
      }
      _handleCommandComplete(msg) {
        const activeQuery = this._getActiveQuery();
        if (activeQuery == null) {
          const error2 = new Error("Received unexpected commandComplete message from backend.");
          this._handleErrorEvent(error2);
          return;
        }
        activeQuery.handleCommandComplete(msg, this.connection);
      }
      _handleParseComplete() {
        const activeQuery = this._getActiveQuery();
        if (activeQuery == null) {
          const error2 = new Error("Received unexpected parseComplete message from backend.");
          this._handleErrorEvent(error2);
          return;
        }
        if (activeQuery.name) {
          this.connection.parsedStatements[activeQuery.name] = activeQuery.text;
          delete this.connection.submittedNamedStatements[activeQuery.name];
        }
      }
      _handleCopyInResponse(msg) {
        const activeQuery = this._getActiveQuery();
        if (activeQuery == null) {
          const error2 = new Error("Received unexpected copyInResponse message from backend.");
          this._handleErrorEvent(error2);
          return;
        }
        activeQuery.handleCopyInResponse(this.connection);
      }
      _handleCopyData(msg) {
        const activeQuery = this._getActiveQuery();
        if (activeQuery == null) {
          const error2 = new Error("Received unexpected copyData message from backend.");
          this._handleErrorEvent(error2);
          return;
        }
        activeQuery.handleCopyData(msg, this.connection);
      }
      _handleNotification(msg) {
        this.emit("notification", msg);
      }
      _handleNotice(msg) {
        this.emit("notice", msg);
      }
      getStartupConf() {
        const params = this.connectionParameters;
        const data = {
          user: params.user,
          database: params.database
        };
        const appName = params.application_name || params.fallback_application_name;
        if (appName) {
          data.application_name = appName;
        }
        if (params.replication) {
          data.replication = "" + params.replication;
        }
        if (params.statement_timeout) {
          data.statement_timeout = String(parseInt(params.statement_timeout, 10));
        }
        if (params.lock_timeout) {
          data.lock_timeout = String(parseInt(params.lock_timeout, 10));
        }
        if (params.idle_in_transaction_session_timeout) {
          data.idle_in_transaction_session_timeout = String(parseInt(params.idle_in_transaction_session_timeout, 10));
        }
        if (params.options) {
          data.options = params.options;
        }
        return data;
      }
      cancel(client, query) {
        if (client.activeQuery === query) {
          const con = this.connection;
          if (this.host && this.host.indexOf("/") === 0) {
            con.connect(this.host + "/.s.PGSQL." + this.port);
          } else {
            con.connect(this.port, this.host);
          }
          con.on("connect", function() {
            con.cancel(client.processID, client.secretKey);
          });
        } else if (client._queryQueue.indexOf(query) !== -1) {
          client._queryQueue.splice(client._queryQueue.indexOf(query), 1);
        } else if (client._sentQueryQueue.indexOf(query) !== -1) {
          query.callback = () => {
          };
        }
      }
      setTypeParser(oid, format, parseFn) {
        return this._types.setTypeParser(oid, format, parseFn);
      }
      getTypeParser(oid, format) {
        return this._types.getTypeParser(oid, format);
      }
      // escapeIdentifier and escapeLiteral moved to utility functions & exported
      // on PG
      // re-exported here for backwards compatibility
      escapeIdentifier(str) {
        return utils.escapeIdentifier(str);
      }
      escapeLiteral(str) {
        return utils.escapeLiteral(str);
      }
      _pulseQueryQueue() {
        if (this.pipeline) {
          this._pulsePipelinedQueryQueue();
          return;
        }
        if (this.readyForQuery === true) {
          this._activeQuery = this._queryQueue.shift();
          const activeQuery = this._getActiveQuery();
          if (activeQuery) {
            this.readyForQuery = false;
            this.hasExecuted = true;
            const queryError = activeQuery.submit(this.connection);
            if (queryError) {
              process.nextTick(() => {
                activeQuery.handleError(queryError, this.connection);
                this.readyForQuery = true;
                this._pulseQueryQueue();
              });
            }
          } else if (this.hasExecuted) {
            this._activeQuery = null;
            this.emit("drain");
          }
        }
      }
      _pulsePipelinedQueryQueue() {
        if (!this._connected || !this._queryable) {
          return;
        }
        while (this._queryQueue.length > 0) {
          const query = this._queryQueue.shift();
          this.hasExecuted = true;
          const queryError = query.submit(this.connection);
          if (queryError) {
            process.nextTick(() => {
              query.handleError(queryError, this.connection);
            });
            continue;
          }
          this._sentQueryQueue.push(query);
        }
        if (this.readyForQuery && !this._activeQuery && this._sentQueryQueue.length > 0) {
          this._activeQuery = this._sentQueryQueue.shift();
          this.readyForQuery = false;
        }
        if (!this._activeQuery && this._sentQueryQueue.length === 0 && this._queryQueue.length === 0 && this.hasExecuted) {
          this.emit("drain");
        }
      }
      query(config, values, callback) {
        let query;
        let result;
        if (config == null) {
          throw new TypeError("Client was passed a null or undefined query");
        }
        if (typeof config.submit === "function") {
          result = query = config;
          if (!query.callback) {
            if (typeof values === "function") {
              query.callback = values;
            } else if (callback) {
              query.callback = callback;
            }
          }
        } else {
          query = new Query2(config, values, callback);
          if (!query.callback) {
            result = new this._Promise((resolve2, reject) => {
              query.callback = (err, res) => err ? reject(err) : resolve2(res);
            }).catch((err) => {
              Error.captureStackTrace(err);
              throw err;
            });
          } else if (typeof query.callback !== "function") {
            throw new TypeError("callback is not a function");
          }
        }
        const readTimeout = config.query_timeout || this.connectionParameters.query_timeout;
        if (readTimeout) {
          const queryCallback = query.callback || (() => {
          });
          const readTimeoutTimer = setTimeout(() => {
            const error2 = new Error("Query read timeout");
            process.nextTick(() => {
              query.handleError(error2, this.connection);
            });
            queryCallback(error2);
            query.callback = () => {
            };
            const index = this._queryQueue.indexOf(query);
            if (index > -1) {
              this._queryQueue.splice(index, 1);
            } else if (this.pipeline) {
              this.connection.stream.destroy();
              return;
            }
            this._pulseQueryQueue();
          }, readTimeout);
          query.callback = (err, res) => {
            clearTimeout(readTimeoutTimer);
            queryCallback(err, res);
          };
        }
        if (this.binary && !query.binary) {
          query.binary = true;
        }
        if (query._result && !query._result._types) {
          query._result._types = this._types;
        }
        if (this.pipeline) {
          const portalQuery = typeof config.submit === "function" && !(query instanceof Query2) ? "Custom query classes such as pg-cursor and pg-query-stream are" : query.rows ? "The `rows` option is" : null;
          if (portalQuery) {
            process.nextTick(() => {
              query.handleError(new Error(`${portalQuery} not supported in pipeline mode`), this.connection);
            });
            return result;
          }
        }
        if (!this._queryable) {
          process.nextTick(() => {
            query.handleError(new Error("Client has encountered a connection error and is not queryable"), this.connection);
          });
          return result;
        }
        if (this._ending) {
          process.nextTick(() => {
            query.handleError(new Error("Client was closed and is not queryable"), this.connection);
          });
          return result;
        }
        if (this._queryQueue.length > 0 && !this.pipeline) {
          queryQueueLengthDeprecationNotice();
        }
        this._queryQueue.push(query);
        this._pulseQueryQueue();
        return result;
      }
      ref() {
        this.connection.ref();
      }
      unref() {
        this.connection.unref();
      }
      getTransactionStatus() {
        return this._txStatus;
      }
      end(cb) {
        this._ending = true;
        if (!this.connection._connecting || this._ended) {
          if (cb) {
            cb();
            return;
          } else {
            return this._Promise.resolve();
          }
        }
        if (!this._queryable) {
          this.connection.stream.destroy();
        } else if (this.pipeline && (this._getActiveQuery() || this._sentQueryQueue.length > 0 || this._queryQueue.length > 0)) {
          this.once("drain", () => this.connection.end());
        } else if (this._getActiveQuery()) {
          this.connection.stream.destroy();
        } else {
          this.connection.end();
        }
        if (cb) {
          this.connection.once("end", cb);
        } else {
          return new this._Promise((resolve2) => {
            this.connection.once("end", resolve2);
          });
        }
      }
      get queryQueue() {
        queryQueueDeprecationNotice();
        return this._queryQueue;
      }
    };
    Client2.Query = Query2;
    module2.exports = Client2;
  }
});

// node_modules/pg-pool/index.js
var require_pg_pool = __commonJS({
  "node_modules/pg-pool/index.js"(exports2, module2) {
    "use strict";
    var EventEmitter = require("events").EventEmitter;
    var NOOP = function() {
    };
    var removeWhere = (list, predicate) => {
      const i = list.findIndex(predicate);
      return i === -1 ? void 0 : list.splice(i, 1)[0];
    };
    var IdleItem = class {
      constructor(client, idleListener, timeoutId) {
        this.client = client;
        this.idleListener = idleListener;
        this.timeoutId = timeoutId;
      }
    };
    var PendingItem = class {
      constructor(callback) {
        this.callback = callback;
      }
    };
    function throwOnDoubleRelease() {
      throw new Error("Release called on client which has already been released to the pool.");
    }
    function promisify2(Promise2, callback) {
      if (callback) {
        return { callback, result: void 0 };
      }
      let rej;
      let res;
      const cb = function(err, client) {
        err ? rej(err) : res(client);
      };
      const result = new Promise2(function(resolve2, reject) {
        res = resolve2;
        rej = reject;
      }).catch((err) => {
        Error.captureStackTrace(err);
        throw err;
      });
      return { callback: cb, result };
    }
    function makeIdleListener(pool, client) {
      return function idleListener(err) {
        err.client = client;
        client.removeListener("error", idleListener);
        client.on("error", () => {
          pool.log("additional client error after disconnection due to error", err);
        });
        pool._remove(client);
        pool.emit("error", err, client);
      };
    }
    var Pool2 = class extends EventEmitter {
      constructor(options, Client2) {
        super();
        this.options = Object.assign({}, options);
        if (options != null && "password" in options) {
          Object.defineProperty(this.options, "password", {
            configurable: true,
            enumerable: false,
            writable: true,
            value: options.password
          });
        }
        if (options != null && options.ssl && options.ssl.key) {
          Object.defineProperty(this.options.ssl, "key", {
            enumerable: false
          });
        }
        this.options.max = this.options.max || this.options.poolSize || 10;
        this.options.min = this.options.min || 0;
        this.options.maxUses = this.options.maxUses || Infinity;
        this.options.allowExitOnIdle = this.options.allowExitOnIdle || false;
        this.options.maxLifetimeSeconds = this.options.maxLifetimeSeconds || 0;
        this.log = this.options.log || function() {
        };
        this.Client = this.options.Client || Client2 || require_lib2().Client;
        this.Promise = this.options.Promise || global.Promise;
        if (typeof this.options.idleTimeoutMillis === "undefined") {
          this.options.idleTimeoutMillis = 1e4;
        }
        this._clients = [];
        this._idle = [];
        this._expired = /* @__PURE__ */ new WeakSet();
        this._pendingQueue = [];
        this._endCallback = void 0;
        this.ending = false;
        this.ended = false;
      }
      _promiseTry(f) {
        const Promise2 = this.Promise;
        if (typeof Promise2.try === "function") {
          return Promise2.try(f);
        }
        return new Promise2((resolve2) => resolve2(f()));
      }
      _isFull() {
        return this._clients.length >= this.options.max;
      }
      _isAboveMin() {
        return this._clients.length > this.options.min;
      }
      _pulseQueue() {
        this.log("pulse queue");
        if (this.ended) {
          this.log("pulse queue ended");
          return;
        }
        if (this.ending) {
          this.log("pulse queue on ending");
          if (this._idle.length) {
            this._idle.slice().map((item) => {
              this._remove(item.client);
            });
          }
          if (!this._clients.length) {
            this.ended = true;
            this._endCallback();
          }
          return;
        }
        if (!this._pendingQueue.length) {
          this.log("no queued requests");
          return;
        }
        if (!this._idle.length && this._isFull()) {
          return;
        }
        const pendingItem = this._pendingQueue.shift();
        if (this._idle.length) {
          const idleItem = this._idle.pop();
          clearTimeout(idleItem.timeoutId);
          const client = idleItem.client;
          client.ref && client.ref();
          const idleListener = idleItem.idleListener;
          return this._acquireClient(client, pendingItem, idleListener, false);
        }
        if (!this._isFull()) {
          return this.newClient(pendingItem);
        }
        throw new Error("unexpected condition");
      }
      _remove(client, callback) {
        const removed = removeWhere(this._idle, (item) => item.client === client);
        if (removed !== void 0) {
          clearTimeout(removed.timeoutId);
        }
        this._clients = this._clients.filter((c) => c !== client);
        const context = this;
        client.end(() => {
          context.emit("remove", client);
          if (typeof callback === "function") {
            callback();
          }
        });
      }
      connect(cb) {
        if (this.ending) {
          const err = new Error("Cannot use a pool after calling end on the pool");
          return cb ? cb(err) : this.Promise.reject(err);
        }
        const response = promisify2(this.Promise, cb);
        const result = response.result;
        if (this._isFull() || this._idle.length) {
          if (this._idle.length) {
            process.nextTick(() => this._pulseQueue());
          }
          if (!this.options.connectionTimeoutMillis) {
            this._pendingQueue.push(new PendingItem(response.callback));
            return result;
          }
          const queueCallback = (err, res, done) => {
            clearTimeout(tid);
            response.callback(err, res, done);
          };
          const pendingItem = new PendingItem(queueCallback);
          const tid = setTimeout(() => {
            removeWhere(this._pendingQueue, (i) => i.callback === queueCallback);
            pendingItem.timedOut = true;
            response.callback(new Error("timeout exceeded when trying to connect"));
          }, this.options.connectionTimeoutMillis);
          if (tid.unref) {
            tid.unref();
          }
          this._pendingQueue.push(pendingItem);
          return result;
        }
        this.newClient(new PendingItem(response.callback));
        return result;
      }
      newClient(pendingItem) {
        const client = new this.Client(this.options);
        this._clients.push(client);
        const idleListener = makeIdleListener(this, client);
        this.log("checking client timeout");
        let tid;
        let timeoutHit = false;
        if (this.options.connectionTimeoutMillis) {
          tid = setTimeout(() => {
            if (client.connection) {
              this.log("ending client due to timeout");
              timeoutHit = true;
              client.connection.stream.destroy();
            } else if (!client.isConnected()) {
              this.log("ending client due to timeout");
              timeoutHit = true;
              client.end();
            }
          }, this.options.connectionTimeoutMillis);
        }
        this.log("connecting new client");
        client.connect((err) => {
          if (tid) {
            clearTimeout(tid);
          }
          client.on("error", idleListener);
          if (err) {
            this.log("client failed to connect", err);
            this._clients = this._clients.filter((c) => c !== client);
            if (timeoutHit) {
              err = new Error("Connection terminated due to connection timeout", { cause: err });
            }
            this._pulseQueue();
            if (!pendingItem.timedOut) {
              pendingItem.callback(err, void 0, NOOP);
            }
          } else {
            this.log("new client connected");
            if (this.options.onConnect) {
              this._promiseTry(() => this.options.onConnect(client)).then(
                () => {
                  this._afterConnect(client, pendingItem, idleListener);
                },
                (hookErr) => {
                  this._clients = this._clients.filter((c) => c !== client);
                  client.end(() => {
                    this._pulseQueue();
                    if (!pendingItem.timedOut) {
                      pendingItem.callback(hookErr, void 0, NOOP);
                    }
                  });
                }
              );
              return;
            }
            return this._afterConnect(client, pendingItem, idleListener);
          }
        });
      }
      _afterConnect(client, pendingItem, idleListener) {
        if (this.options.maxLifetimeSeconds !== 0) {
          const maxLifetimeTimeout = setTimeout(() => {
            this.log("ending client due to expired lifetime");
            this._expired.add(client);
            const idleIndex = this._idle.findIndex((idleItem) => idleItem.client === client);
            if (idleIndex !== -1) {
              this._acquireClient(
                client,
                new PendingItem((err, client2, clientRelease) => clientRelease()),
                idleListener,
                false
              );
            }
          }, this.options.maxLifetimeSeconds * 1e3);
          maxLifetimeTimeout.unref();
          client.once("end", () => clearTimeout(maxLifetimeTimeout));
        }
        return this._acquireClient(client, pendingItem, idleListener, true);
      }
      // acquire a client for a pending work item
      _acquireClient(client, pendingItem, idleListener, isNew) {
        if (isNew) {
          this.emit("connect", client);
        }
        this.emit("acquire", client);
        client.release = this._releaseOnce(client, idleListener);
        client.removeListener("error", idleListener);
        if (!pendingItem.timedOut) {
          if (isNew && this.options.verify) {
            this.options.verify(client, (err) => {
              if (err) {
                client.release(err);
                return pendingItem.callback(err, void 0, NOOP);
              }
              pendingItem.callback(void 0, client, client.release);
            });
          } else {
            pendingItem.callback(void 0, client, client.release);
          }
        } else {
          if (isNew && this.options.verify) {
            this.options.verify(client, client.release);
          } else {
            client.release();
          }
        }
      }
      // returns a function that wraps _release and throws if called more than once
      _releaseOnce(client, idleListener) {
        let released = false;
        return (err) => {
          if (released) {
            throwOnDoubleRelease();
          }
          released = true;
          this._release(client, idleListener, err);
        };
      }
      // release a client back to the poll, include an error
      // to remove it from the pool
      _release(client, idleListener, err) {
        client.on("error", idleListener);
        client._poolUseCount = (client._poolUseCount || 0) + 1;
        this.emit("release", err, client);
        if (err || this.ending || !client._queryable || client._ending || client._poolUseCount >= this.options.maxUses) {
          if (client._poolUseCount >= this.options.maxUses) {
            this.log("remove expended client");
          }
          return this._remove(client, this._pulseQueue.bind(this));
        }
        const isExpired = this._expired.has(client);
        if (isExpired) {
          this.log("remove expired client");
          this._expired.delete(client);
          return this._remove(client, this._pulseQueue.bind(this));
        }
        let tid;
        if (this.options.idleTimeoutMillis && this._isAboveMin()) {
          tid = setTimeout(() => {
            if (this._isAboveMin()) {
              this.log("remove idle client");
              this._remove(client, this._pulseQueue.bind(this));
            }
          }, this.options.idleTimeoutMillis);
          if (this.options.allowExitOnIdle) {
            tid.unref();
          }
        }
        if (this.options.allowExitOnIdle) {
          client.unref();
        }
        this._idle.push(new IdleItem(client, idleListener, tid));
        this._pulseQueue();
      }
      query(text, values, cb) {
        if (typeof text === "function") {
          const response2 = promisify2(this.Promise, text);
          setImmediate(function() {
            return response2.callback(new Error("Passing a function as the first parameter to pool.query is not supported"));
          });
          return response2.result;
        }
        if (typeof values === "function") {
          cb = values;
          values = void 0;
        }
        const response = promisify2(this.Promise, cb);
        cb = response.callback;
        this.connect((err, client) => {
          if (err) {
            return cb(err);
          }
          let clientReleased = false;
          const onError = (err2) => {
            if (clientReleased) {
              return;
            }
            clientReleased = true;
            client.release(err2);
            cb(err2);
          };
          client.once("error", onError);
          this.log("dispatching query");
          try {
            client.query(text, values, (err2, res) => {
              this.log("query dispatched");
              client.removeListener("error", onError);
              if (clientReleased) {
                return;
              }
              clientReleased = true;
              client.release(err2);
              if (err2) {
                return cb(err2);
              }
              return cb(void 0, res);
            });
          } catch (err2) {
            client.release(err2);
            return cb(err2);
          }
        });
        return response.result;
      }
      end(cb) {
        this.log("ending");
        if (this.ending) {
          const err = new Error("Called end on pool more than once");
          return cb ? cb(err) : this.Promise.reject(err);
        }
        this.ending = true;
        const promised = promisify2(this.Promise, cb);
        this._endCallback = promised.callback;
        this._pulseQueue();
        return promised.result;
      }
      get waitingCount() {
        return this._pendingQueue.length;
      }
      get idleCount() {
        return this._idle.length;
      }
      get expiredCount() {
        return this._clients.reduce((acc, client) => acc + (this._expired.has(client) ? 1 : 0), 0);
      }
      get totalCount() {
        return this._clients.length;
      }
    };
    module2.exports = Pool2;
  }
});

// node_modules/pg/lib/native/query.js
var require_query2 = __commonJS({
  "node_modules/pg/lib/native/query.js"(exports2, module2) {
    "use strict";
    var EventEmitter = require("events").EventEmitter;
    var util = require("util");
    var utils = require_utils();
    var NativeQuery = module2.exports = function(config, values, callback) {
      EventEmitter.call(this);
      config = utils.normalizeQueryConfig(config, values, callback);
      this.text = config.text;
      this.values = config.values;
      this.name = config.name;
      this.queryMode = config.queryMode;
      this.callback = config.callback;
      this.state = "new";
      this._arrayMode = config.rowMode === "array";
      this._emitRowEvents = false;
      this.on(
        "newListener",
        function(event) {
          if (event === "row") this._emitRowEvents = true;
        }.bind(this)
      );
    };
    util.inherits(NativeQuery, EventEmitter);
    var errorFieldMap = {
      sqlState: "code",
      statementPosition: "position",
      messagePrimary: "message",
      messageDetail: "detail",
      messageHint: "hint",
      context: "where",
      schemaName: "schema",
      tableName: "table",
      columnName: "column",
      dataTypeName: "dataType",
      constraintName: "constraint",
      sourceFile: "file",
      sourceLine: "line",
      sourceFunction: "routine"
    };
    NativeQuery.prototype.handleError = function(err) {
      const fields = this.native && this.native.pq.resultErrorFields();
      if (fields) {
        for (const key in fields) {
          const normalizedFieldName = errorFieldMap[key] || key;
          err[normalizedFieldName] = fields[key];
        }
      }
      if (this.callback) {
        this.callback(err);
      } else {
        this.emit("error", err);
      }
      this.state = "error";
    };
    NativeQuery.prototype.then = function(onSuccess, onFailure) {
      return this._getPromise().then(onSuccess, onFailure);
    };
    NativeQuery.prototype.catch = function(callback) {
      return this._getPromise().catch(callback);
    };
    NativeQuery.prototype._getPromise = function() {
      if (this._promise) return this._promise;
      this._promise = new Promise(
        function(resolve2, reject) {
          this._once("end", resolve2);
          this._once("error", reject);
        }.bind(this)
      );
      return this._promise;
    };
    NativeQuery.prototype.submit = function(client) {
      this.state = "running";
      const self = this;
      this.native = client.native;
      client.native.arrayMode = this._arrayMode;
      let after = function(err, rows, results) {
        client.native.arrayMode = false;
        setImmediate(function() {
          self.emit("_done");
        });
        if (err) {
          return self.handleError(err);
        }
        if (self._emitRowEvents) {
          if (results.length > 1) {
            rows.forEach((rowOfRows, i) => {
              rowOfRows.forEach((row) => {
                self.emit("row", row, results[i]);
              });
            });
          } else {
            rows.forEach(function(row) {
              self.emit("row", row, results);
            });
          }
        }
        self.state = "end";
        self.emit("end", results);
        if (self.callback) {
          self.callback(null, results);
        }
      };
      if (process.domain) {
        after = process.domain.bind(after);
      }
      if (this.name) {
        if (this.name.length > 63) {
          console.error("Warning! Postgres only supports 63 characters for query names.");
          console.error("You supplied %s (%s)", this.name, this.name.length);
          console.error("This can cause conflicts and silent errors executing queries");
        }
        const values = (this.values || []).map(utils.prepareValue);
        if (client.namedQueries[this.name] !== void 0) {
          if (this.text && client.namedQueries[this.name] !== this.text) {
            const err = new Error(`Prepared statements must be unique - '${this.name}' was used for a different statement`);
            return after(err);
          }
          return client.native.execute(this.name, values, after);
        }
        return client.native.prepare(this.name, this.text, values.length, function(err) {
          if (err) return after(err);
          client.namedQueries[self.name] = self.text;
          return self.native.execute(self.name, values, after);
        });
      } else if (this.values) {
        if (!Array.isArray(this.values)) {
          const err = new Error("Query values must be an array");
          return after(err);
        }
        const vals = this.values.map(utils.prepareValue);
        client.native.query(this.text, vals, after);
      } else if (this.queryMode === "extended") {
        client.native.query(this.text, [], after);
      } else {
        client.native.query(this.text, after);
      }
    };
  }
});

// node_modules/pg/lib/native/client.js
var require_client2 = __commonJS({
  "node_modules/pg/lib/native/client.js"(exports2, module2) {
    var nodeUtils = require("util");
    var Native;
    try {
      Native = require("pg-native");
    } catch (e) {
      throw e;
    }
    var TypeOverrides2 = require_type_overrides();
    var EventEmitter = require("events").EventEmitter;
    var util = require("util");
    var ConnectionParameters = require_connection_parameters();
    var NativeQuery = require_query2();
    var queryQueueLengthDeprecationNotice = nodeUtils.deprecate(
      () => {
      },
      "Calling client.query() when the client is already executing a query is deprecated and will be removed in pg@9.0. Use async/await or an external async flow control mechanism instead."
    );
    var Client2 = module2.exports = function(config) {
      EventEmitter.call(this);
      config = config || {};
      this._Promise = config.Promise || global.Promise;
      this._types = new TypeOverrides2(config.types);
      this.native = new Native({
        types: this._types
      });
      this._queryQueue = [];
      this._ending = false;
      this._connecting = false;
      this._connected = false;
      this._queryable = true;
      this.pipeline = Boolean(config.pipeline);
      this._pipelineInFlight = false;
      const cp = this.connectionParameters = new ConnectionParameters(config);
      if (config.nativeConnectionString) cp.nativeConnectionString = config.nativeConnectionString;
      this.user = cp.user;
      Object.defineProperty(this, "password", {
        configurable: true,
        enumerable: false,
        writable: true,
        value: cp.password
      });
      this.database = cp.database;
      this.host = cp.host;
      this.port = cp.port;
      this.namedQueries = {};
    };
    Client2.Query = NativeQuery;
    util.inherits(Client2, EventEmitter);
    Client2.prototype._errorAllQueries = function(err) {
      const enqueueError = (query) => {
        process.nextTick(() => {
          query.native = this.native;
          query.handleError(err);
        });
      };
      if (this._hasActiveQuery()) {
        enqueueError(this._activeQuery);
        this._activeQuery = null;
      }
      this._queryQueue.forEach(enqueueError);
      this._queryQueue.length = 0;
    };
    Client2.prototype._connect = function(cb) {
      const self = this;
      if (this._connecting) {
        process.nextTick(() => cb(new Error("Client has already been connected. You cannot reuse a client.")));
        return;
      }
      this._connecting = true;
      this.connectionParameters.getLibpqConnectionString(function(err, conString) {
        if (self.connectionParameters.nativeConnectionString) conString = self.connectionParameters.nativeConnectionString;
        if (err) return cb(err);
        self.native.connect(conString, function(err2) {
          if (err2) {
            self.native.end();
            return cb(err2);
          }
          self._connected = true;
          self.native.on("error", function(err3) {
            self._queryable = false;
            self._errorAllQueries(err3);
            self.emit("error", err3);
          });
          self.native.on("notification", function(msg) {
            self.emit("notification", {
              channel: msg.relname,
              payload: msg.extra
            });
          });
          self.emit("connect");
          self._pulseQueryQueue(true);
          cb(null, this);
        });
      });
    };
    Client2.prototype.connect = function(callback) {
      if (callback) {
        this._connect(callback);
        return;
      }
      return new this._Promise((resolve2, reject) => {
        this._connect((error2) => {
          if (error2) {
            reject(error2);
          } else {
            resolve2(this);
          }
        });
      });
    };
    Client2.prototype.query = function(config, values, callback) {
      let query;
      let result;
      let readTimeout;
      let readTimeoutTimer;
      let queryCallback;
      if (config === null || config === void 0) {
        throw new TypeError("Client was passed a null or undefined query");
      } else if (typeof config.submit === "function") {
        readTimeout = config.query_timeout || this.connectionParameters.query_timeout;
        result = query = config;
        if (typeof values === "function") {
          config.callback = values;
        }
      } else {
        readTimeout = config.query_timeout || this.connectionParameters.query_timeout;
        query = new NativeQuery(config, values, callback);
        if (!query.callback) {
          let resolveOut, rejectOut;
          result = new this._Promise((resolve2, reject) => {
            resolveOut = resolve2;
            rejectOut = reject;
          }).catch((err) => {
            Error.captureStackTrace(err);
            throw err;
          });
          query.callback = (err, res) => err ? rejectOut(err) : resolveOut(res);
        }
      }
      if (readTimeout) {
        queryCallback = query.callback || (() => {
        });
        readTimeoutTimer = setTimeout(() => {
          const error2 = new Error("Query read timeout");
          process.nextTick(() => {
            query.handleError(error2, this.connection);
          });
          queryCallback(error2);
          query.callback = () => {
          };
          const index = this._queryQueue.indexOf(query);
          if (index > -1) {
            this._queryQueue.splice(index, 1);
          }
          this._pulseQueryQueue();
        }, readTimeout);
        query.callback = (err, res) => {
          clearTimeout(readTimeoutTimer);
          queryCallback(err, res);
        };
      }
      if (!this._queryable) {
        query.native = this.native;
        process.nextTick(() => {
          query.handleError(new Error("Client has encountered a connection error and is not queryable"));
        });
        return result;
      }
      if (this._ending) {
        query.native = this.native;
        process.nextTick(() => {
          query.handleError(new Error("Client was closed and is not queryable"));
        });
        return result;
      }
      if (this._queryQueue.length > 0 && !this.pipeline) {
        queryQueueLengthDeprecationNotice();
      }
      this._queryQueue.push(query);
      this._pulseQueryQueue();
      return result;
    };
    Client2.prototype.end = function(cb) {
      const self = this;
      this._ending = true;
      if (this._connecting && !this._connected) {
        this.once("connect", () => {
          this.end(() => {
          });
        });
      }
      let result;
      if (!cb) {
        result = new this._Promise(function(resolve2, reject) {
          cb = (err) => err ? reject(err) : resolve2();
        });
      }
      const doEnd = function() {
        self.native.end(function() {
          self._connected = false;
          self._errorAllQueries(new Error("Connection terminated"));
          process.nextTick(() => {
            self.emit("end");
            if (cb) cb();
          });
        });
      };
      if (this.pipeline && (this._pipelineInFlight || this._queryQueue.length > 0)) {
        this.once("drain", doEnd);
      } else {
        doEnd();
      }
      return result;
    };
    Client2.prototype._hasActiveQuery = function() {
      return this._activeQuery && this._activeQuery.state !== "error" && this._activeQuery.state !== "end";
    };
    Client2.prototype._pulseQueryQueue = function(initialConnection) {
      if (!this._connected) {
        return;
      }
      if (this.pipeline && !initialConnection) {
        return this._pulsePipelinedQueryQueue();
      }
      if (this._hasActiveQuery()) {
        return;
      }
      const query = this._queryQueue.shift();
      if (!query) {
        if (!initialConnection) {
          this.emit("drain");
        }
        return;
      }
      this._activeQuery = query;
      query.submit(this);
      const self = this;
      query.once("_done", function() {
        self._pulseQueryQueue();
      });
    };
    Client2.prototype._pulsePipelinedQueryQueue = function() {
      if (!this._connected || this._pipelineInFlight) {
        return;
      }
      if (this._queryQueue.length === 0) {
        if (this.hasExecuted) {
          this.emit("drain");
        }
        return;
      }
      this._pipelineInFlight = true;
      const self = this;
      const queries = [];
      const nativeQueries = [];
      const utils = require_utils();
      while (this._queryQueue.length > 0) {
        const query = this._queryQueue.shift();
        this.hasExecuted = true;
        nativeQueries.push(query);
        const values = query.values ? query.values.map(utils.prepareValue) : null;
        const pipelineEntry = { text: query.text, name: query.name, arrayMode: query._arrayMode };
        if (values) {
          pipelineEntry.values = values;
        }
        if (query.name && this.namedQueries[query.name]) {
          pipelineEntry._alreadyPrepared = true;
        }
        queries.push(pipelineEntry);
      }
      this.native.pipeline(queries, function(err, results) {
        self._pipelineInFlight = false;
        if (err) {
          self._connected = false;
          self._queryable = false;
          for (let i = 0; i < nativeQueries.length; i++) {
            const q = nativeQueries[i];
            q.native = self.native;
            q.handleError(err);
          }
          self._errorAllQueries(err);
          self.emit("error", err);
          self.emit("end");
          return;
        }
        for (let i = 0; i < nativeQueries.length; i++) {
          const q = nativeQueries[i];
          const r = results[i];
          q.native = self.native;
          if (r.err) {
            q.handleError(r.err);
          } else {
            if (q.name) {
              self.namedQueries[q.name] = q.text;
            }
            q.state = "end";
            q.emit("end", r.result);
            if (q.callback) {
              q.callback(null, r.result);
            }
          }
          setImmediate(function() {
            q.emit("_done");
          });
        }
        self._pulsePipelinedQueryQueue();
      });
    };
    Client2.prototype.cancel = function(query) {
      if (this._activeQuery === query) {
        this.native.cancel(function() {
        });
      } else if (this._queryQueue.indexOf(query) !== -1) {
        this._queryQueue.splice(this._queryQueue.indexOf(query), 1);
      }
    };
    Client2.prototype.ref = function() {
    };
    Client2.prototype.unref = function() {
    };
    Client2.prototype.setTypeParser = function(oid, format, parseFn) {
      return this._types.setTypeParser(oid, format, parseFn);
    };
    Client2.prototype.getTypeParser = function(oid, format) {
      return this._types.getTypeParser(oid, format);
    };
    Client2.prototype.isConnected = function() {
      return this._connected;
    };
    Client2.prototype.getTransactionStatus = function() {
      return this.native.getTransactionStatus();
    };
  }
});

// node_modules/pg/lib/native/index.js
var require_native = __commonJS({
  "node_modules/pg/lib/native/index.js"(exports2, module2) {
    "use strict";
    module2.exports = require_client2();
  }
});

// node_modules/pg/lib/index.js
var require_lib2 = __commonJS({
  "node_modules/pg/lib/index.js"(exports2, module2) {
    "use strict";
    var Client2 = require_client();
    var defaults2 = require_defaults();
    var Connection2 = require_connection();
    var Result2 = require_result();
    var utils = require_utils();
    var Pool2 = require_pg_pool();
    var TypeOverrides2 = require_type_overrides();
    var { DatabaseError: DatabaseError2 } = require_dist();
    var { escapeIdentifier: escapeIdentifier2, escapeLiteral: escapeLiteral2 } = require_utils();
    var poolFactory = (Client3) => {
      return class BoundPool extends Pool2 {
        constructor(options) {
          super(options, Client3);
        }
      };
    };
    var PG = function(clientConstructor2) {
      this.defaults = defaults2;
      this.Client = clientConstructor2;
      this.Query = this.Client.Query;
      this.Pool = poolFactory(this.Client);
      this._pools = [];
      this.Connection = Connection2;
      this.types = require_pg_types();
      this.DatabaseError = DatabaseError2;
      this.TypeOverrides = TypeOverrides2;
      this.escapeIdentifier = escapeIdentifier2;
      this.escapeLiteral = escapeLiteral2;
      this.Result = Result2;
      this.utils = utils;
    };
    var clientConstructor = Client2;
    var forceNative = false;
    try {
      forceNative = false;
    } catch {
    }
    if (forceNative) {
      clientConstructor = require_native();
    }
    module2.exports = new PG(clientConstructor);
    Object.defineProperty(module2.exports, "native", {
      configurable: true,
      enumerable: false,
      get() {
        let native = null;
        try {
          native = new PG(require_native());
        } catch (err) {
          if (err.code !== "MODULE_NOT_FOUND") {
            throw err;
          }
        }
        Object.defineProperty(module2.exports, "native", {
          value: native
        });
        return native;
      }
    });
  }
});

// node_modules/yocto-queue/index.js
var Node = class {
  value;
  next;
  constructor(value) {
    this.value = value;
  }
};
var Queue = class {
  #head;
  #tail;
  #size;
  constructor() {
    this.clear();
  }
  enqueue(value) {
    const node = new Node(value);
    if (this.#head) {
      this.#tail.next = node;
      this.#tail = node;
    } else {
      this.#head = node;
      this.#tail = node;
    }
    this.#size++;
  }
  dequeue() {
    const current = this.#head;
    if (!current) {
      return;
    }
    this.#head = this.#head.next;
    this.#size--;
    if (!this.#head) {
      this.#tail = void 0;
    }
    return current.value;
  }
  peek() {
    if (!this.#head) {
      return;
    }
    return this.#head.value;
  }
  clear() {
    this.#head = void 0;
    this.#tail = void 0;
    this.#size = 0;
  }
  get size() {
    return this.#size;
  }
  *[Symbol.iterator]() {
    let current = this.#head;
    while (current) {
      yield current.value;
      current = current.next;
    }
  }
  *drain() {
    while (this.#head) {
      yield this.dequeue();
    }
  }
};

// node_modules/p-limit/index.js
function pLimit(concurrency) {
  let rejectOnClear = false;
  if (typeof concurrency === "object") {
    ({ concurrency, rejectOnClear = false } = concurrency);
  }
  validateConcurrency(concurrency);
  if (typeof rejectOnClear !== "boolean") {
    throw new TypeError("Expected `rejectOnClear` to be a boolean");
  }
  const queue = new Queue();
  let activeCount = 0;
  const resumeNext = () => {
    if (activeCount < concurrency && queue.size > 0) {
      activeCount++;
      queue.dequeue().run();
    }
  };
  const next = () => {
    activeCount--;
    resumeNext();
  };
  const run4 = async (function_, resolve2, arguments_) => {
    const result = (async () => function_(...arguments_))();
    resolve2(result);
    try {
      await result;
    } catch {
    }
    next();
  };
  const enqueue = (function_, resolve2, reject, arguments_) => {
    const queueItem = { reject };
    new Promise((internalResolve) => {
      queueItem.run = internalResolve;
      queue.enqueue(queueItem);
    }).then(run4.bind(void 0, function_, resolve2, arguments_));
    if (activeCount < concurrency) {
      resumeNext();
    }
  };
  const generator = (function_, ...arguments_) => new Promise((resolve2, reject) => {
    enqueue(function_, resolve2, reject, arguments_);
  });
  Object.defineProperties(generator, {
    activeCount: {
      get: () => activeCount
    },
    pendingCount: {
      get: () => queue.size
    },
    clearQueue: {
      value() {
        if (!rejectOnClear) {
          queue.clear();
          return;
        }
        const abortError = AbortSignal.abort().reason;
        while (queue.size > 0) {
          queue.dequeue().reject(abortError);
        }
      }
    },
    concurrency: {
      get: () => concurrency,
      set(newConcurrency) {
        validateConcurrency(newConcurrency);
        concurrency = newConcurrency;
        queueMicrotask(() => {
          while (activeCount < concurrency && queue.size > 0) {
            resumeNext();
          }
        });
      }
    },
    map: {
      async value(iterable, function_) {
        const promises = [];
        try {
          Array.from(iterable, (value, index) => {
            const promise = generator(function_, value, index);
            promises.push(promise);
            return promise;
          });
        } catch (error2) {
          for (const promise of promises) {
            promise.catch(() => {
            });
          }
          throw error2;
        }
        return Promise.all(promises);
      }
    }
  });
  return generator;
}
function validateConcurrency(concurrency) {
  if (!((Number.isInteger(concurrency) || concurrency === Number.POSITIVE_INFINITY) && concurrency > 0)) {
    throw new TypeError("Expected `concurrency` to be a number from 1 and up");
  }
}

// src/azure/credential.ts
var import_node_async_hooks = require("node:async_hooks");
var import_promises2 = require("node:fs/promises");

// src/text/secrets.ts
var SECRETS = /* @__PURE__ */ new Set();
var unread = [];
var RUNS = /* @__PURE__ */ new Map();
var MIN_CHARACTERS = 4;
var RUN = 12;
function rememberSecret(value) {
  if (value.length >= MIN_CHARACTERS) SECRETS.add(value);
}
function rememberSent(value) {
  if (value.length >= MIN_CHARACTERS) unread.push(value);
}
function withoutSecrets(text) {
  const left = [...SECRETS].sort((a, b) => b.length - a.length).reduce((left2, secret2) => left2.replaceAll(secret2, "***"), text);
  return withoutRuns(left);
}
function withoutRuns(text) {
  unread.splice(0).flatMap(formsOf).forEach(addRuns);
  let kept = "";
  let end = 0;
  for (let at = 0; at < text.length; at++) {
    for (const [length, runs] of RUNS) {
      if (at + length <= end || !runs.has(text.slice(at, at + length))) continue;
      if (at >= end) kept += "***";
      end = at + length;
    }
    if (at >= end) kept += text[at];
  }
  return kept;
}
function addRuns(form) {
  const length = Math.min(form.length, RUN);
  const runs = RUNS.get(length) ?? /* @__PURE__ */ new Set();
  RUNS.set(length, runs);
  for (let at = 0; at + length <= form.length; at++) runs.add(form.slice(at, at + length));
}
function formsOf(secret2) {
  const percent = [encodeURIComponent(secret2), `${new URLSearchParams({ "": secret2 })}`.slice(1)];
  const base64 = [0, 1, 2].flatMap((offset) => inBase64(secret2, offset));
  return [
    secret2,
    JSON.stringify(secret2).slice(1, -1),
    ...percent,
    ...percent.map((form) => form.replaceAll(/%../g, (hex) => hex.toLowerCase())),
    ...base64,
    ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))
  ];
}
function inBase64(secret2, offset) {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret2)]);
  const text = bytes.toString("base64");
  const inside = text.slice(Math.ceil(8 * offset / 6), Math.floor(8 * bytes.length / 6));
  return offset === 0 ? [text, inside] : [inside];
}

// src/diagnosis/claims.ts
function claimsOf(token) {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? claims : void 0;
  } catch {
    return void 0;
  }
}
function claim(claims, name3) {
  const value = claims?.[name3];
  if (typeof value !== "string" && typeof value !== "number") return void 0;
  return withoutSecrets(String(value)).slice(0, 300);
}

// src/model/sentence.ts
var EMPTY = { parts: [] };
function isSentence(value) {
  return typeof value === "object" && value !== null && "parts" in value;
}
function isEmpty({ parts }) {
  return parts.length === 0;
}
function sentence(words2, ...inserted) {
  return joined(words2.flatMap((text, n) => [inOurWords(text), inserted[n] ?? EMPTY]));
}
function inOurWords(words2) {
  const parts = words2.split("`").map((text, n) => n % 2 === 1 ? { code: text } : { own: text });
  return { parts: parts.filter((part) => part.own !== "") };
}
function sentenceOf(words2) {
  return typeof words2 === "string" ? inOurWords(words2) : words2;
}
function joined(sentences) {
  return { parts: sentences.flatMap((each) => (typeof each === "number" ? inOurWords(String(each)) : each).parts) };
}
function name(...parts) {
  return { parts: [{ name: parts }] };
}
function code(text) {
  return { parts: [{ code: text }] };
}
function quoted(text) {
  return { parts: [{ quoted: text }] };
}
function paragraph(...sentences) {
  const [first = EMPTY, ...others] = sentences.filter((each) => !isEmpty(each));
  return joined([first, ...others.map((each) => sentence` ${each}`)]);
}
function withFullStop(text) {
  const last = text.parts.at(-1) ?? { quoted: "" };
  const words2 = "own" in last ? last.own : "quoted" in last ? last.quoted : "";
  return /[.!?]$/.test(words2) ? text : sentence`${text}.`;
}
function listOf(items) {
  const [first = EMPTY, ...others] = items;
  return joined([
    first,
    ...others.map((each, n) => n === others.length - 1 ? sentence` and ${each}` : sentence`, ${each}`)
  ]);
}
function someNames(paths) {
  const distinct = new Map(paths.map((path) => [JSON.stringify(path), path]));
  const names3 = [...distinct.values()].map((path) => name(...path));
  const more = names3.length - MAX_NAMES;
  return listOf(more > 0 ? [...names3.slice(0, MAX_NAMES), sentence`${more} more`] : names3);
}
var MAX_NAMES = 5;

// src/model/failure.ts
function step(text, command) {
  return { text: sentenceOf(text), ...command !== void 0 && run(command) };
}
function run(...lines2) {
  return { command: lines2.map((each) => typeof each === "string" ? each : each.command).join("\n") };
}
function stepsOf(steps) {
  return steps.flatMap((each, n) => {
    if (isCommand(each)) return [];
    const next = steps[n + 1];
    const written = typeof each === "object" && "text" in each ? each : step(each);
    return [isCommand(next) ? { ...written, ...next } : written];
  });
}
function isCommand(each) {
  return typeof each === "object" && "command" in each && !("text" in each);
}
function failure({ message, hint = EMPTY, steps, ...others }) {
  return { ...others, message: sentenceOf(message), hint: sentenceOf(hint), steps: stepsOf(steps) };
}
var ActionError = class extends Error {
  failure;
  /** The milliseconds to wait before the next attempt, if the peer says so. */
  wait;
  constructor(failure2, options = {}) {
    super(failure2.code, options);
    this.name = "ActionError";
    this.failure = failure2;
    this.wait = options.wait;
  }
};
function cancelled(signal) {
  return new ActionError(
    failure({
      code: "cancelled",
      message: sentence`The run was cancelled (${code(signal)}).`,
      hint: "Someone cancelled the workflow run, a newer run took its place (`concurrency`), or the job reached its `timeout-minutes`.",
      steps: ["Run the job again: it continues where this run stopped."]
    })
  );
}

// src/text/page.ts
var SENDER = /Missing Metadata-Flavor\S* header|Our services aren.{1,180}|support ID is:? \w+/i;
function pageInWords(text, type = "") {
  if (!/html/i.test(type) && !/^\s*<(!doctype|html|head|body|style|h\d|\?xml|!--)/i.test(text)) return void 0;
  const words2 = text.slice(0, 4e3).replace(/<(style|script)\b.*?(<\/\1>|$)|<[^>]*>/gis, " ");
  const said = words2.match(SENDER)?.[0] ?? text.match(/<title>([^<]{21,200})/i)?.[1] ?? words2;
  const title = said.replace(/\s+/g, " ").trim().slice(0, 200);
  return title ? `an HTML page, "${title}"` : "an HTML page";
}

// src/model/flexible-server.ts
var PROVIDER = "Microsoft.DBforPostgreSQL";
var SERVERS = `${PROVIDER}/flexibleServers`;
var API_VERSION = "2025-08-01";
var serverPath = ({ subscription, resourceGroup, name: name3 }) => `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/${SERVERS}/${name3}`;
var rulePath = (server, rule) => `${serverPath(server)}/firewallRules/${rule}`;

// src/text/sql.ts
var RESERVED_ROLE = /^(pg_|public$|none$)/;
function quoteIdentifier(...parts) {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}
function quoteLiteral(text) {
  const quoted2 = `'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;
  return text.includes("\\") ? `E${quoted2}` : quoted2;
}
var textArray = (texts) => `${texts === null ? "NULL" : `ARRAY[${texts.map(quoteLiteral)}]`}::pg_catalog.text[]`;

// src/diagnosis/commands.ts
function shell(word) {
  if (/^<[a-z-]+>$/.test(word) || /^[\w@%+:,./=-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
function az(command, options = {}) {
  const words2 = Object.entries(options).map(([name3, value]) => `--${name3} ${shell(value)}`);
  return run(["az", command, ...words2].join(" "));
}
var SHOW_TENANT = az("account show", { query: "{tenant:tenantId, cloud:environmentName}" });
var GET_TOKEN = run("az account get-access-token --resource-type oss-rdbms --query expiresOn --debug");
var azOnServer = (command, server, options = {}) => az(`postgres flexible-server ${command}`, { ...idOf(server, "server-name"), ...options });
var azServer = (command, server, options = {}) => az(`postgres flexible-server ${command}`, { ...idOf(server, "name"), ...options });
var azShow = (server, query) => azServer("show", server, { query });
function azAllow(server, address) {
  const body = JSON.stringify({ properties: { startIpAddress: address, endIpAddress: address } });
  return azFirewall(server, "github-runner", { method: "put", body });
}
function azFirewall(server, rule, options) {
  const { subscription = "{subscriptionId}", "resource-group": resourceGroup = "", name: name3 = "" } = idOf(server, "name");
  const path = rulePath({ subscription, resourceGroup, name: name3 }, rule).replace(/\/$/, "");
  return az("rest", { url: `${path}?api-version=${API_VERSION}`, ...options });
}
function idOf({ server, host }, option) {
  const label2 = host?.match(/^([a-z0-9-]+)\.(?:privatelink\.)?postgres\.database\./i)?.[1] ?? "<server>";
  const { subscription, resourceGroup = "<resource-group>", name: name3 = label2 } = { ...server };
  return { ...subscription && { subscription }, "resource-group": resourceGroup, [option]: name3 };
}
var identifier = (name3, unknown) => quoteIdentifier(name3 ?? unknown);

// src/diagnosis/rules.ts
function rulesFor(partners, rules) {
  return Object.entries(rules).map(([code2, [when, ...parts]]) => ({
    ...parts.find(isRetries),
    code: code2,
    with: [partners].flat(),
    when: [when].flat().map(matchOf),
    explain: (context, symptom) => {
      const written = parts.flatMap((part) => typeof part === "function" ? part(context, symptom) : part);
      const [cause, ...next] = written.filter((part) => !isRetries(part));
      return { hint: sentenceOf(cause), steps: stepsOf(next), ...written.find(isRetries) };
    }
  }));
}
var isRetries = (part) => typeof part === "object" && part !== null && "retries" in part;
function matchOf(condition) {
  if (typeof condition === "string") return { codes: condition };
  return condition instanceof RegExp ? { text: condition } : condition;
}
var reasonIn = (text, reasons) => Object.keys(reasons).find((reason) => reasons[reason]?.test(text)) ?? "";
var PARTNERS = {
  postgres: { called: "PostgreSQL", host: "<host>" },
  entra: { called: "Microsoft Entra", host: "login.microsoftonline.com" },
  github: { called: "GitHub's OIDC endpoint", host: "<host>.actions.githubusercontent.com" },
  azure: { called: "Azure Resource Manager", host: "management.azure.com" },
  "github-issues": { called: "GitHub's API", host: "api.github.com" }
};
var EVERYWHERE = ["postgres", "entra", "github", "azure", "github-issues"];
var partnerOf = ({ with: partner = "postgres" }) => partner;
function hostOf({ host, with: partner = "postgres", cloud }) {
  const authority = partner === "entra" ? URL.parse(cloud?.authority ?? "")?.host : void 0;
  return host ?? authority ?? PARTNERS[partner].host;
}
var hostNameOf = (context) => hostOf(context).replace(/^([^:]+):\d+$/, "$1");
var isPostgres = (context) => partnerOf(context) === "postgres";

// src/text/host.ts
var isLoopback = (host = "") => /^(localhost|127(\.\d+){3}|::1)$/i.test(host);

// src/diagnosis/steps.ts
var CHECK_CLOCK = [
  "On a self-hosted runner, compare its clock with GitHub's, in a step with `shell: bash`. If they differ, set the clock, and run the job again:",
  run("date -u\ncurl --silent --head https://github.com | grep -i ^date")
];
var LIST_NAMES = az("postgres flexible-server list", { query: "[].fullyQualifiedDomainName" });
function pastPooler(context) {
  if (isLoopback(context.host))
    return ["If a pooler is in between, let the tunnel, or what else listens there, lead to the server itself."];
  if (context.port !== 5432) return ["Set `port: 5432`, or `host` to the server, to connect without the pooler."];
  const [set, ...show] = setFullName(context);
  return [`If a pooler is in between, this is the way to connect without the pooler. ${String(set)}`, ...show];
}
var WITH_AZ = "In Azure Cloud Shell, or with an `az` that is signed in to the tenant of the server";
var SEE_TENANT = `${WITH_AZ}, see the tenant and the cloud:`;
function tenantIn(text) {
  const id = text.match(/(?:must match .{0,80}?|(?:owner|for the) tenant '?)([0-9a-f-]{36})/i)?.[1];
  return id === void 0 ? void 0 : run(`tenant-id: ${id}`);
}
var WITHOUT_CLI = "Or use `auth-type: oidc`, which does not need the Azure CLI.";
var selectCloud = ({ signIn: signIn2 }) => [
  `Set \`environment\` to the cloud of the tenant and the server${signIn2?.type === "azure-cli" ? ", also in azure/login" : ""}: \`azurecloud\`, \`azureusgovernment\` or \`azurechinacloud\`. ${SEE_TENANT}`,
  SHOW_TENANT
];
function whereIs(input, { signIn: signIn2, inPod }) {
  if (inPod) return `\`${input}\` (\`AZURE_${input.toUpperCase().replace("-", "_")}\` of the pod)`;
  return `\`${input}\`${signIn2?.type === "azure-cli" ? " of azure/login" : ""}`;
}
function seeAnswer(context) {
  const identity = context.with === "entra" && context.signIn?.type === "managed-identity";
  const path = context.with === "entra" && !identity ? "/common/v2.0/.well-known/openid-configuration" : "";
  const url = `${identity ? "http" : "https"}://${hostOf(context)}${path}`;
  const command = run(`curl --include ${shell(url)} --max-time 20`);
  return ["See what answers the runner, in a step of the job with `shell: bash`:", command];
}
function bypassProxy(context) {
  if (!context.proxy) return [];
  return [
    sentence`If the network lets the runner do without the proxy ${code(context.proxy)}, add this host to \`NO_PROXY\`, in the step's \`env\` or on the runner:`,
    run(`NO_PROXY=${shell(hostNameOf(context).replace(ONE_OF_GITHUB, ""))}`)
  ];
}
function allowInProxy(context) {
  const allow = sentence`Allow ${hostToAllow(context)} in the proxy or the firewall of the runner's network.`;
  return [allow, ...bypassProxy(context)];
}
var exempt = (context) => [
  sentence`If a proxy or firewall inspects TLS, let its administrator exempt ${hostToAllow(context)}, so that this host passes without inspection.`
];
var hostToAllow = (context) => code(hostOf(context).replace(ONE_OF_GITHUB, "*"));
var ONE_OF_GITHUB = /^.*(?=\.actions\.githubusercontent\.com$)/;
function setFullName({ cloud, host = "" } = {}) {
  const look3 = "See where `host` leads. If not to the server, correct the DNS record, or set the server's full name:";
  return cloud && host.endsWith(cloud.hostSuffix) ? [look3, run(`nslookup ${shell(host)}`, LIST_NAMES)] : ["Set `host` to the server's full name. Those of the subscription are:", LIST_NAMES];
}
function readNumber(text) {
  const number = text.match(/.*AADSTS(\d{1,9})/)?.[1];
  return number ? [`Read what Microsoft says: https://login.microsoftonline.com/error?code=${number}`] : [];
}
var reachesAll = (context) => context.onGitHub === true && !context.proxy && !isPostgres(context);

// src/diagnosis/azure-cli.ts
var OWN_CLI_FILES = run('echo "AZURE_CONFIG_DIR=$RUNNER_TEMP/azure" >> "$GITHUB_ENV"');
var AZURE_CLI = rulesFor("entra", {
  "cli-missing": [
    /["']az["'](?! command group)|\baz: ([a-z]+ )?(not found|nicht gefunden|introuvable|no encontrad)|Azure CLI (executable )?(could )?not (be )?(found|installed)|invoke the Azure CLI|\((127|9009)\)$|Exec format error/i,
    "The Azure CLI (`az`) is not on the runner's PATH, or not built for the runner's processor. A runner that was set up before `az` keeps its old PATH (in its file `.path`), and a container has a PATH of its own.",
    "Use `auth-type: oidc`, which does not need the Azure CLI.",
    "Or install the Azure CLI in the job's container or on the runner. On a self-hosted runner, then run `env.sh` and restart the runner: https://aka.ms/azure-cli"
  ],
  "cli-resources": [
    /No space left|enough space on|quota exceeded|File too large|Cannot allocate memory|MemoryError|not enough (memory|quota)|out of memory|paging file|system resources|Too many open files: '|\bKilled\b|^Terminated|Keyboard ?interrupt|\(SIG(KILL|TERM|INT|XFSZ)\)|\(1(30|37|43|53)\)|start new thread/i,
    "The runner has too little disk space or memory left for the Azure CLI, or may start no more processes. Or something on the runner ended the Azure CLI.",
    "Free what the message names (disk space, memory, processes, open files), or use a larger runner. If the message names nothing, see what the runner has too little of (on Linux):",
    run("df -h", "free -h", "ulimit -a"),
    WITHOUT_CLI
  ],
  "cli-encryption": [
    // How MSAL's extensions word a failure of DPAPI, libsecret or Keychain.
    /Persistence(En|De)cryption|(Errno|WinError) -2146|WinError \d+\] : ''|[dD]ecryption failed(?! or bad| \(_ssl)|(en|de)crypt the|Key not valid|libsecret|gir1\.2-secret|module 'gi'|Keychain|freedesktop\.[Ss]ecret|D-Bus|keyring|CredWrite|msal_extensions\/(windows|osx|libsecret)/,
    "The Azure CLI cannot encrypt or decrypt its tokens: the system (DPAPI, libsecret, Keychain) gives this session no key, or another user or another machine wrote them.",
    "Before azure/login, turn the encryption off and give the job a directory of its own, in a step with `shell: bash`:",
    run('echo "AZURE_CORE_ENCRYPT_TOKEN_CACHE=false" >> "$GITHUB_ENV"', OWN_CLI_FILES),
    WITHOUT_CLI
  ],
  "cli-files": [
    // How Python words a file that it cannot read, parse or lock. Other rules are for certificates and installed packages.
    /^(?!.*((Type|Attribute)Error: .*( argument|module '|(?<!'(NoneType|str|dict|list)') object has no attribute)|(?<!ca[\w.-]*)\.(pem|crt|cer|pfx|p12)'|Traceback \(msal\/(oauth2cli|authority|managed_identity)|authority configuration|(Errno|WinError) \d+\] [^'"]*['"][^'"]*(-packages|opt.az[\\/]|CLI2|ExtensionDirectory))).*(\[(Errno|WinError) -?\d+\] [^:'"[\]]*: ?['"]|(?<!connection: )\[Errno (2|5|9|11|13|16|17|20|21|26|30|35|36|37|40|116)\]|\[WinError (5|32|33)\]|cannot create directory|(?<!Error)\((0|1|5|11|13|30|32|33|35|37), ['"]|LockException|AlreadyLocked|another process|Persistence\w*(Error|NotFound):|Fail(ed)? to load or parse file \S*azureProfile|cloud '.*' is not registered\.(?! Resetting)|JSONDecodeError|(?<!JSON is invalid: )Expecting (value|property|',|':)|Extra data: line|Unterminated string|Ran out of input|invalid load key|UTF-8 BOM|unsupported pickle|get attribute '\w+' on <module 'msal|ARM_CLOUD_METADATA_URL|for this cloud is not set|authority you provided|should consist of an https url|codec can't decode|Failed to (load token files|(parse|decode) (file )?['A-Z/\\])|configparser|Duplicate(Option|Section)Error|MissingSectionHeader|While reading from|multiple accounts with the same|[Mm]ore than one token matches|cache contains multiple tokens|Traceback \((knack[\\/](config|output)|azure\/cli\/core\/(_profile|auth\/\w+)|msal(_extensions)?\/(token_cache|persistence|cache_lock))\.py\): (Key(?!Error: '(access_token|expires_in)')|Attribute|Type|Index|Value|Assertion)Error)/,
    unusableFile,
    WITHOUT_CLI,
    { retries: 1 }
    // another job may have held the files
  ],
  "cli-not-signed-in": [
    [
      /az (cli )?login|az account set|active accounts|multiple subscriptions|Invalid certificate|deserialize key data|load PEM file|private key is encrypted|client_credential needs|(?<!ca[\w.-]*)\.(pem|crt|cer|pfx|p12)'|token from local cache|crypto\.Error|WsTrust|\bRSTR\b|\bMSIS\d|MSAL (token )?cache|No subscriptions? (were )?found|microsoftonline\.de\b|Response_Status|BrokerPlugin|accounts control|pymsalruntime|(?<!_)broker|Interaction(Required|Timeout)|wrong (issuer|audience)|04b07795-.* was not found|subscription (of )?'.*' (doesn't exist|has more than|(could )?not (be )?found)/i,
      "AADSTS12* AADSTS13* AADSTS14* AADSTS160* AADSTS165* AADSTS17003 AADSTS20* AADSTS24* AADSTS40* AADSTS50014 AADSTS50015 AADSTS50017 AADSTS5002* AADSTS5003* AADSTS5005* AADSTS50061 AADSTS50064 AADSTS5007* AADSTS5008* AADSTS50107 AADSTS50125 AADSTS50126 AADSTS50127 AADSTS50129 AADSTS5013* AADSTS50140 AADSTS50142 AADSTS50143 AADSTS50144 AADSTS50155 AADSTS50158 AADSTS50161 AADSTS50168 AADSTS50170 AADSTS50173 AADSTS50177 AADSTS50178 AADSTS50180 AADSTS50187 AADSTS50197 AADSTS50199 AADSTS500121 AADSTS500212 AADSTS500213 AADSTS51001 AADSTS51004 AADSTS51006 AADSTS54* AADSTS70000 AADSTS70008* AADSTS70016 AADSTS70019 AADSTS70043 AADSTS70044 AADSTS700003 AADSTS700005 AADSTS700020 AADSTS75* AADSTS76* AADSTS80* AADSTS81* AADSTS90072 AADSTS9008* AADSTS90101 AADSTS90119 AADSTS90120 AADSTS90123 AADSTS90125 AADSTS90126 AADSTS9002341"
    ],
    (_context, { text }) => reasonIn(text, {
      "The identity provider of the account's domain (AD FS, for example) did not accept the account that is signed in to the Azure CLI: a rule there forbids the sign-in, the password is wrong, or the provider takes no password from a tool. The administrators find the reason in the logs of this provider or, by the correlation ID in the message, in the sign-in logs of Entra.": /WsTrust(?! endpoint)|RSTR|\bMSIS\d|claims? provider|(?<=^| )federat|AADSTS(50008\d?|5008\d|5010[78]|8000\d)\b/i,
      "The account that is signed in to the Azure CLI is not one of this tenant, or cannot be used in it: the tenant or the cloud is another one (`AzureGermanCloud` is closed), the account is a personal one, nobody invited it, or a policy of one of the two tenants forbids it (Entra admin center, `External Identities`, `Cross-tenant access settings`).": /AADSTS(50020|5003[34]|5017[78]|51004|50020\d|50021[23]|90072|9008[125-7]|16000)\b|wrong (issuer|audience)|04b07795-|microsoftonline\.de\b|MSA accounts/,
      "The sign-in of the account in the Azure CLI has expired or was revoked: it is limited in time, nobody used it for long, the account has a new password, or it is older than a Conditional Access policy of the tenant (sign-in frequency) allows.": /sign-in frequency|AADSTS(50078|50085|50089|5013[23]|50140|50173|54005|70000|70008\d?|7004[34])\b/,
      "The tenant asks the account that is signed in to the Azure CLI for multi-factor authentication, which only a person can do.": /AADSTS(5007[24679]|50158|50161|50170|500121)\b|require Multi-Factor/,
      "Entra does not accept the account that is signed in to the Azure CLI: the password is wrong or has expired, the account needs a person (for a new password, multi-factor authentication, a registered device), or the account is not allowed to use this service. The administrators of its tenant find the reason by the correlation ID or the error code in the message: Entra admin center, `Sign-in logs`.": /AADSTS\d/,
      "On Windows, the Azure CLI signs a user in through the account broker (WAM), which needs a person at the screen, or is not installed. `az config set core.enable_broker_on_windows=false` turns the broker off, before azure/login.": /Response_Status|BrokerPlugin|accounts control|pymsal|(?<!_)broker/i,
      "The certificate with which the Azure CLI signed in is gone, or is not a PEM file with a certificate and its RSA key, which must not be encrypted.": /certificate|key data|PEM |private key|client_credential|\.(pem|crt|cer|pfx|p12)'/i,
      "The account in the Azure CLI has no role in any subscription, or not in the one that the message names, no subscription is selected, or there are several with this name. A token for PostgreSQL needs no subscription.": /az account set|active accounts|accessible|subscriptions? (of |were |found|'|with)/i,
      "The Azure CLI's profile names an account whose credential is not in its cache: azure/login ran with a different `AZURE_CONFIG_DIR`, as another user or with a different version of the Azure CLI, or only a part of `~/.azure` was copied.": /local cache|MSAL (token )?cache/i,
      "The Azure CLI is not signed in for this job (a sign-in in another container, with `sudo` or with another `HOME` does not count), its sign-in has expired (after azure/login with OIDC, it lasts five minutes, AADSTS700024), or it needs a person, for example for multi-factor authentication.": /^/
    }),
    "Use `auth-type: oidc`, which signs in by itself, as an application.",
    "Or run azure/login (as an application or a managed identity, not as a person) in the same job, right before this step, with the server's `tenant-id` and `environment`, and `subscription-id` or `allow-no-subscriptions: true`. If a runner has several jobs at once, first give the job files of its own, in a step with `shell: bash`:",
    OWN_CLI_FILES
  ],
  "cli-no-answer": [
    /no answer within|Unexpected (token|end|output|non)|valid JSON|in JSON at|gave no token|to prompt for|^Command failed: az .*\(1\)$/,
    (_context, { text }) => `The Azure CLI ${/^Command failed/.test(text) ? "ended with code 1 and printed nothing" : /JSON|output|gave no token/.test(text) ? "printed something other than a token, or nothing" : "waits for the network, a proxy, a person who answers a question, a keyring or a locked file, or is slow"}.`,
    "Run the same command in a step of the job, to see where it waits or what it prints:",
    GET_TOKEN,
    WITHOUT_CLI
  ]
}).map((rule) => ({ ...rule, when: rule.when.map((match) => ({ ...match, signIn: "azure-cli" })) }));
var OWN_FILE = /[\\/]\.?az(ure|clitask)?([\\/]|$)|azureProfile|msal_|service_principal_|clouds\.config|az\.(json|sess)|versionCheck|commandIndex|(?<!kube)[\\/](config|telemetry|cliextensions)\b/i;
function unusableFile(_context, { text }) {
  const [, path = "", file = ""] = text.match(/(?:(?:Errno|WinError) -?\d+\]|create directory) [^'"]*['"]([^'"]*?([^\\/'"]+))['"]/) ?? [];
  if (file !== "" && !OWN_FILE.test(path))
    return [
      "The Azure CLI cannot use the file or the directory that its message names, which is not one of its own. Usually a variable of the job names it, such as `SSLKEYLOGFILE`, `HOME` or `TMPDIR`.",
      "See which variable names it, and who may use it, in a step with `shell: bash`. Then remove or correct the variable, or create the directory:",
      run(`env | grep -F -e HOME= -e TMP -e ${shell(file)}`, `ls -ld ${shell(path)}`)
    ];
  const words2 = text.replace(/'(?!\/\.azure)[^']*[\\/][^']*'/g, "");
  return [
    `The Azure CLI cannot use its own files: ${reasonIn(words2, {
      "the job's user has no home directory (`HOME` is `/`, as in a container), and may not write to `/`": /'\/\.azure/,
      "another job or sign-in uses them, too": /ore than one|multiple|Errno (11|35)\b|[Ll]ock(ed|Exc|ing)|another proc/,
      "they, or a variable, name a cloud that does not exist or is not complete": /(?<!')cloud\b|CLOUD|authority/,
      "the file system is read-only": /Read-only file system/,
      "they belong to another user, or another job is using them": /(Errno|WinError|\() ?(1|5|13)\b|ermission/,
      "they are damaged (another job can do that), have a wrong setting, or are from another version": /^/
    })}.`,
    `${/(?<!')cloud\b|CLOUD|authority/.test(words2) ? "Remove `ARM_CLOUD_METADATA_URL` and `AZURE_CLOUD_NAME`, if they are set. Then, right" : "Right"} before this step, give the job a directory of its own for these files, in a step with \`shell: bash\`, and run azure/login again:`,
    OWN_CLI_FILES
  ];
}

// src/diagnosis/entra.ts
var OF_RISK = /\brisk\b|AADSTS530/;
var OF_MICROSOFT = /^(04b07795-8ddb-461a-|1950a258-227b-4e31-)/i;
var ENTRA = rulesFor("entra", {
  "application-not-found": [
    [
      { clientId: OF_MICROSOFT, text: /AADSTS(700|65)/ },
      { codes: "AADSTS700016 AADSTS70001", text: /^(?!.*(04b07795-8ddb-461a-bbee-02f9e1bf7b46| disabled))/ },
      // not the Azure CLI's own
      "AADSTS700011 AADSTS90009 AADSTS90112 AADSTS9002331 AADSTS9002346 AADSTS700038",
      /AADSTS70002:.*client does not exist/
    ],
    unknownApplication
  ],
  "federated-credential": [
    ["AADSTS70021 AADSTS70025 AADSTS700211 AADSTS700212 AADSTS700213 AADSTS7002138", /federated identity record/],
    unfederated,
    federate,
    { retries: 1 }
    // a credential created a moment ago is not everywhere yet
  ],
  "federation-not-allowed": [
    "AADSTS700223 AADSTS700236 AADSTS700238 AADSTS7002381",
    "A policy of the tenant forbids workload identity federation with this issuer, application or GitHub enterprise.",
    (context, symptom) => sentence`Ask the tenant's administrators to allow the issuer ${code(issuerOf(context, symptom))} for this application. If the message names enterprises, ask them to add yours, or run the workflow in a repository of an organization that belongs to one of them.`,
    "Or sign in with `client-secret`, or `auth-type: managed-identity` on a virtual machine in Azure."
  ],
  "cross-cloud": [
    ["AADSTS90038 AADSTS900382 AADSTS90043* AADSTS900440 AADSTS90051", /different cloud|Cross Cloud/],
    "The tenant or the application is not in the cloud in which this run signed in.",
    selectCloud
  ],
  "assertion-invalid": [
    [
      "AADSTS50027 AADSTS50048 AADSTS50099 AADSTS50120 AADSTS240002 AADSTS500131 AADSTS700021 AADSTS700026 AADSTS700027 AADSTS700222 AADSTS700226 AADSTS700227 AADSTS700229 AADSTS700231 AADSTS1000502 AADSTS5002727 AADSTS7000214 AADSTS7000274 AADSTS7000277 invalid_assertion invalid_client_credential",
      { signIn: "oidc", codes: "AADSTS7000216 AADSTS7000218" },
      // the token is empty
      /Invalid JWT token(?!.* keyId)|AADSTS(50027|70023|700030)\b|AADSTS(50012:(?!.*secret)|700023:.*assertion)/i
      // another number follows, or the number has another rule too
    ],
    assertionInvalid
  ],
  "assertion-expired": ["AADSTS700024 AADSTS500133", assertionInvalid, { retries: 1 }],
  "issuer-unreadable": [
    "AADSTS50006 AADSTS50013 AADSTS50166 AADSTS501661 AADSTS90061 AADSTS900384 AADSTS900612 AADSTS5000811 AADSTS5002723 AADSTS7000272",
    (_context, symptom) => `Entra ${/AADSTS(50166|90061|900612)/.test(symptom.text) ? "cannot read the issuer's configuration or its keys" : "does not find the key that signed the ID token among the issuer's keys, the header of the token does not name the key (`kid`), or the token was changed on the way"}.`,
    (context, symptom) => /githubuser|-aks\.azure/.test(issuerOf(context, symptom)) ? "Run the job again: at this issuer, the error passes." : [],
    "The issuer must be reachable from the internet, and name in each token the key that signed it. From outside of your network, check that the issuer's configuration can be read, and has the key of the token's `kid` at its `jwks_uri`:",
    (context, symptom) => run(`curl --fail ${shell(`${issuerOf(context, symptom).replace(/\/$/, "")}/.well-known/openid-configuration`)}`),
    { retries: 3 }
  ],
  "service-principal-missing": [
    "AADSTS7000229 AADSTS1001010",
    "The application is registered, but has no service principal (enterprise application) in this tenant.",
    "If this is the server's tenant, create the service principal, as an owner of the application:",
    ({ signIn: signIn2 }, { text }) => az("ad sp create", { id: clientOf(signIn2, text) })
  ],
  "application-not-assigned": [
    "AADSTS50105 AADSTS501051",
    "The tenant lets only assigned principals use the resource, and this one is not assigned.",
    asApplication,
    (_context, { text }) => `As an administrator of the tenant, ${text.includes("AADSTS501051:") ? "set `Assignment required?` of the second application in the message to `No` (Entra admin center, `Enterprise apps`, `Properties`), or assign the first application to a role of the second: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-assign-app-role-managed-identity" : "assign the account: Entra admin center, `Enterprise apps`, the application in the message, `Users and groups`."}`
  ],
  "tenant-not-found": [
    [
      "AADSTS50029 AADSTS50059 AADSTS50128 AADSTS50194 AADSTS90002 AADSTS90019 AADSTS90027 AADSTS90124 AADSTS90130 AADSTS900021 AADSTS900023 AADSTS9001023 AADSTS9002332 missing_tenant_id_error",
      /AADSTS900(10|23):.*(\/(common|consumers|organizations)|tenant)/,
      /^(?!.*(OIDC Discovery(?! endpoint rejects| failed .*status: 400)|JSONDecodeError|Max retries|Proxy|SOCKS|Failed to parse)).*(Invalid tenant id provided|Unable to get authority configuration)/i
    ],
    (_context, { text }) => `\`tenant-id\` ${NO_TENANT.test(text) ? "is not the ID (GUID) or a domain name of a tenant: it is empty, a placeholder or a name without its domain (such as `contoso` instead of `contoso.onmicrosoft.com`), or has a character that does not belong there, such as a quotation mark, a space, a bracket or `v2.0` at its end" : "is not that of an organization in this cloud: it is mistyped, the ID of something else, `common` or `consumers`, the tenant was deleted, or the tenant is in another cloud (`environment`)"}.`,
    (context) => `Set ${whereIs("tenant-id", context)} to the tenant of the server, and \`environment\` to its cloud. ${SEE_TENANT}`,
    SHOW_TENANT
  ],
  "tenant-restricted": [
    "AADSTS50002 AADSTS500021 AADSTS500022 AADSTS5000211 AADSTS1000108",
    "A proxy in the runner's network, or a policy for the runner's device, allows sign-in only to certain tenants, and this tenant is not one of them.",
    "Ask the administrators of the proxy to allow the tenant in the header that it sends (`Restrict-Access-To-Tenants`). If the message names a policy ID, ask them to correct it (`sec-Restrict-Tenant-Access-Policy`).",
    "Or use a runner outside this network, such as one of GitHub's own."
  ],
  "tenant-blocked": [
    "AADSTS5000224 AADSTS5000225",
    "Microsoft has blocked or deleted the tenant, usually because nobody used it for months. Nothing can sign in to it.",
    `If the server is in another tenant, sign in to that tenant (\`tenant-id\`). ${SEE_TENANT}`,
    SHOW_TENANT,
    "Otherwise, ask the tenant's administrator to have Microsoft reactivate it, within 20 days: https://aka.ms/TenantLifecycle"
  ],
  "authority-unknown": [
    [
      "AADSTS50049 AADSTS100007 AADSTS100032 authority_mismatch authority_uri_insecure invalid_authority_metadata invalid_cloud_discovery_metadata issuer_validation_failed untrusted_authority",
      /AADSTS50001:.*not provided|Bad Request - Invalid (URL|Hostname)/
    ],
    "A variable leads the sign-in to a server that is not an authority of Entra or does not accept the address of the request, or to a regional endpoint, which serves only Microsoft's own applications, or the variable has characters that do not belong there. Or something in between changes the requests or the answers.",
    "Remove `AZURE_AUTHORITY_HOST`, `AZURE_REGIONAL_AUTHORITY_NAME` and `MSAL_FORCE_REGION` from the job's environment and the `.env` file of a self-hosted runner. `environment` selects the authority.",
    (context, { text }) => text.includes("AADSTS") ? [] : allowInProxy(context)
    // Entra itself answered with a number
  ],
  "application-public": [
    ["AADSTS700025", /AADSTS90023: Public client/],
    "The application is registered as a public client, which cannot authenticate with a token or a secret.",
    "Make the application a confidential client, as its owner:",
    ({ signIn: signIn2 }, { text }) => az("ad app update", { id: clientOf(signIn2, text), "is-fallback-public-client": "false" })
  ],
  "consent-missing": [
    "AADSTS65001 AADSTS65002 AADSTS65004 AADSTS65005 AADSTS90008 AADSTS90093 AADSTS90094 AADSTS90095 AADSTS90099 AADSTS650056 AADSTS650057",
    "The application that signs in does not have consent to use the service that the token is for, or its registration does not list the service.",
    asApplication,
    ({ signIn: signIn2 }, { text }) => isApplication(signIn2, text) && !text.includes("AADSTS65002") || /(application with|Client app) ID:? '?(?!04b07795)[\da-f]{8}-/.test(text) ? [
      "Give consent to the application, as an administrator of the tenant. If its registration does not list the service, first add it there (`API permissions`):",
      az("ad app permission admin-consent", { id: clientOf(signIn2, text) })
    ] : `Sign in with the \`client-id\` of an application of your own. ${text.includes("AADSTS65002") ? "Only Microsoft can change what an application of Microsoft, such as the Azure CLI, may use" : "An account signs in through the Azure CLI's own application: an administrator of the tenant has to consent to it"}.`
  ],
  "client-secret-wrong": [
    ["AADSTS50012 AADSTS7000215 AADSTS7000222", { codes: "AADSTS70002", text: /(?<!'client_)secret/ }],
    ({ signIn: signIn2 }, { text }) => `${signIn2?.type === "azure-cli" ? "The secret with which azure/login signed in" : "`client-secret`"} ${text.includes("AADSTS7000222") ? "has expired" : "is not a secret of the application in `client-id`. It must be the secret's value, not its ID"}.`,
    "As an owner of the application, create a new secret, and store its value as the secret that the workflow uses:",
    ({ signIn: signIn2 }, { text }) => az("ad app credential reset --append", { id: clientOf(signIn2, text), query: "password", output: "tsv" }),
    "Or use `auth-type: oidc`, which needs no secret."
  ],
  "resource-not-found": [
    "AADSTS50001 AADSTS500011 AADSTS650052 AADSTS650054 AADSTS7000118 AADSTS90056 invalid_resource",
    (_context, { text }) => sentence`The tenant has no service principal for ${code(resourceIn(text) ?? "Azure OSSRDBMS Database")}, or may not use it: the sign-in is to a different tenant than the server's, nobody in the tenant has used this service yet, or the name is wrong or one of another cloud.`,
    (context) => `Compare the tenant in the message with that of the server. If they differ, ${context.signIn?.type === "managed-identity" ? "run the job on a machine or an app in a subscription of the tenant of the server" : `set ${whereIs("tenant-id", context)} and \`environment\` to those of the server`}. ${SEE_TENANT}`,
    SHOW_TENANT,
    (_context, { text }) => /^(?!.*(ossrdbms|123cd850))/.test(resourceIn(text) ?? "ossrdbms") ? [] : [
      "If they are the same, create the service principal, as an administrator of the tenant:",
      az("ad sp create", { id: "123cd850-d9df-40bd-94d5-c9f07b7fa203" })
      // Azure OSSRDBMS Database, in the public cloud
    ]
  ],
  "scope-invalid": [
    "AADSTS70011 AADSTS28002 AADSTS28003 AADSTS700023 AADSTS1002012 invalid_scope",
    "Entra does not accept the scope in its message, which names the service that the token is for. The cloud (`environment`) and the version of this action, or of the Azure CLI, decide the scope, not the credential.",
    selectCloud,
    "If the cloud is right, use the newest version of this action (or of the Azure CLI). If the error persists, open an issue in this action's repository, with this message."
  ],
  "application-disabled": [
    ["AADSTS500014 AADSTS1000031 AADSTS7000112", /AADSTS70001:.* disabled/],
    "The application, or the service that the message names, is disabled in this tenant, or the tenant has no active subscription.",
    (context, symptom) => /04b07795/.test(symptom.text) ? asApplication(context, symptom) : [],
    // az cannot sign in then
    "Enable what the message names, as an administrator of the tenant:",
    ({ signIn: signIn2 }, { text }) => az("ad sp update --set accountEnabled=true", { id: resourceIn(text) ?? clientOf(signIn2, text) })
  ],
  "account-blocked": [
    ["AADSTS50053 AADSTS50057 AADSTS53011 AADSTS500531 AADSTS500532 AADSTS500571", /AADSTS530(034\b|.*\brisk\b)/],
    (_context, { text }) => `Entra ${OF_RISK.test(text) ? "sees a risk in the account or the application, such as sign-ins from a suspicious address, and blocks it" : text.includes("disabled") ? "knows the account, but an administrator has disabled it" : "has locked the account after too many wrong passwords, or blocks the runner's address because of attacks from it. Each further attempt can make a lock longer"}.`,
    asApplication,
    (_context, { text }) => `Ask the administrators of the tenant of the account or the application to ${OF_RISK.test(text) ? "dismiss the risk: Entra admin center, `Risky users` or `Risky workload identities`" : "enable or unlock the account. A lock ends after some minutes. If the message names the address, use another runner"}.`
  ],
  "conditional-access": [
    "AADSTS50005 AADSTS50097 AADSTS50131 AADSTS530*",
    ({ signIn: signIn2 }, { text }) => `A Conditional Access policy ${isApplication(signIn2, text) ? "for workload identities blocks this application, usually because of the runner's address, or of a risk that Entra sees in the application" : "or the tenant's security defaults block the sign-in. Such a policy can require what only a person has, such as a managed device"}.`,
    asApplication,
    "Ask the tenant's administrators which policy blocks the sign-in, and why. They find the policy by the correlation ID or the error code in the message: Entra admin center, `Sign-in logs`. They can exclude this identity from the policy.",
    "If the policy is about the runner's address, run the job where the policy allows it: a self-hosted runner, or a larger runner with a static IP address."
  ]
});
var ENTRA_UNAVAILABLE = rulesFor("entra", {
  "entra-busy": [
    [
      "AADSTS40010 AADSTS50000 AADSTS50033 AADSTS50087 AADSTS50162 AADSTS50196 AADSTS70012 AADSTS90006 AADSTS90012 AADSTS90024 AADSTS90025 AADSTS90033 AADSTS90055 AADSTS90090 AADSTS90091 AADSTS230109 AADSTS500031 AADSTS501621 temporarily_unavailable service_not_available server_error",
      /Too ?Many ?Requests|being throttled|Our services aren.t available|Service Unavailable|Bad Gateway|Gateway Time-?out|Internal Server Error|http error: (429|5\d\d)/i,
      { status: [408, 410, 429, 500, 502, 503, 504] }
    ],
    (_context, { text }) => `Entra${/\b429\b|Too ?Many|throttl|request loop/i.test(text) ? " got too many requests from this application, this tenant or this address in a short time" : ", or a gateway on the way to it, has an outage or is overloaded"}.`,
    "Run the job again, after a few minutes if many jobs sign in at the same time.",
    "Look for an outage: https://azure.status.microsoft",
    (context, { text }) => /AADSTS/.test(text) ? [] : bypassProxy(context),
    // Entra itself answered with a number
    { retries: 3 }
  ],
  "clock-wrong": [
    /Make sure your computer's time|MUST be before the time represented by the exp|ID token (already expires|is not yet valid)/,
    "The runner's clock is wrong: by this clock, the token had expired, or was not valid yet, when it arrived.",
    ...CHECK_CLOCK
  ]
});
var NO_TENANT = /neither a valid DNS|(tenant|identifier|namespace named) '(?!(?!0{8}-0{4}-0)[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}'|[\w-]+(\.[\w-]+)*\.[a-z][\w-]*'(?!')|\*{3})/i;
var resourceIn = (text) => text.match(/(?:(?<!tenant )named|for resource|access a service) '?([\w./:-]+[\w/])/)?.[1];
var OF_USER = /04b07795|\b(user|refresh.token|device)s?\b|(ty|claims) provider|security def|token prot|AADSTS5005/i;
function unknownApplication(context, { text }) {
  const id = clientOf(context.signIn, text);
  const set = `set ${whereIs("client-id", context)} to the client ID (not the object ID) of an application or a managed identity of your own`;
  if (OF_MICROSOFT.test(id) || /AADSTS(70002|700038|9\d+)\b/.test(text))
    return [
      "`client-id` is a placeholder, or the ID of an application of Microsoft (such as the Azure CLI) or for personal accounts only.",
      `S${set.slice(1)}.`
    ];
  return [
    "This tenant has no application or managed identity with this client ID: `client-id` or `tenant-id` is wrong, or the application was deleted or is in another tenant or cloud. An application that was created only minutes ago can be missing, too: run the job again.",
    `${WITH_AZ}, see whether the tenant has this ID. If the first command shows a name, set ${whereIs("tenant-id", context)} and \`environment\` to what the second command shows. If it does not, ${set}:`,
    run(showPrincipal(id), SHOW_TENANT)
  ];
}
function asApplication({ signIn: signIn2 }, { text }) {
  if (isApplication(signIn2, text)) return [];
  if (OF_USER.test(text)) return ["Use `auth-type: oidc`, which signs in as an application of your own."];
  return [
    "See what is signed in to the Azure CLI, in a step of the same job. If the type is `user`, use `auth-type: oidc`, which signs in as an application of your own:",
    az("account show", { query: "user" })
  ];
}
function assertionInvalid(context, symptom) {
  const ofEntra = /AADSTS7002(22|26|27|29|31)\b/.test(symptom.text) && "it is a token of Entra itself";
  const isExpired = /AADSTS(700024|500133)\b|valid time range/.test(symptom.text);
  if (isOfKubernetes(context, symptom))
    return [
      `Entra does not accept the service account's token in the file \`AZURE_FEDERATED_TOKEN_FILE\`: ${ofEntra || `${isExpired ? "the token in it" : "the file is empty,"} is a copy or is no longer renewed, the token is valid for more than 24 hours, or the clock of the node is wrong`}. The file must have the token that Azure Workload Identity projects into the pod.`,
      'Give the pod the label `azure.workload.identity/use: "true"`, do not set `AZURE_FEDERATED_TOKEN_FILE` to another file or `expirationSeconds` above 86400, and create the pod again. See what it has:',
      run("kubectl get pod <pod> --output yaml")
    ];
  if (context.signIn?.type === "azure-cli")
    return [
      /certificate|thumbprint/i.test(symptom.text) ? "Entra does not accept the certificate with which the Azure CLI signed in: it is not one of the application's, has expired or was revoked." : `Entra does not accept the token with which the Azure CLI signed in: ${ofEntra || (isExpired ? "it has expired, or is not valid yet. GitHub's ID token is valid for five minutes, and the Azure CLI cannot renew it. From a certificate, the Azure CLI makes a token by the runner's clock, which can be wrong" : "it is missing, was changed, or is not the application's")}.`,
      "Use `auth-type: oidc`, which asks for a new ID token when it needs one, and needs no certificate.",
      `Or run azure/login right before this step${isExpired ? ". If it signs in with a certificate, correct the runner's clock" : ", and check its `client-id`, and `id-token: write` on the job. A certificate must be one of the application's, and valid today"}.`
    ];
  if (isExpired)
    return [
      "Entra received GitHub's ID token more than five minutes after GitHub issued it: the runner was suspended, or a proxy held the request.",
      "Run the job again.",
      "If the error persists on GitHub Enterprise Server, compare the times in the message, and correct the clock of that server."
    ];
  return [
    `Entra did not receive the ID token that GitHub signed: ${ofEntra || "it is missing, was changed on the way, or is a different token"}.`,
    `Check \`client-id\`: the federated credential must be one of this application or managed identity.${context.onGitHub ? "" : " Also check that `ACTIONS_ID_TOKEN_REQUEST_URL` leads to GitHub, and not to a proxy."}`
  ];
}
var OF_ONE_RUN = /:ref:refs\/(heads\/gh-readonly-queue|tags)\//;
var isApplication = (signIn2, text = "") => signIn2?.type !== "azure-cli" || /for service principal|AADSTS501051/.test(text);
var subjectOf = ({ assertion }, { text }) => text.match(/subject:? '([^']{1,300})'/i)?.[1] ?? claim(assertion, "sub") ?? "<subject>";
var issuerOf = ({ assertion }, { text }) => text.match(/issuer:? '(https:\/\/[^/']+(?=\/?')|[^']+)/i)?.[1] ?? claim(assertion, "iss") ?? "https://token.actions.githubusercontent.com";
function unfederated(context, symptom) {
  if (isOfKubernetes(context, symptom))
    return "The application or the managed identity in `client-id` has no federated credential for this service account of Kubernetes, or one with a different issuer.";
  if (symptom.text.includes("AADSTS700211:"))
    return "The federated credential has a different issuer. GitHub Enterprise Server and an enterprise can have an issuer of their own.";
  if (/AADSTS700212\d?:/.test(symptom.text))
    return "The federated credential has a different audience. Each cloud has its own audience, and `environment` selects the cloud.";
  if (symptom.text.includes("AADSTS7002138:"))
    return "The federated credential's subject differs from the job's only in upper and lower case. The two must be identical.";
  if (OF_ONE_RUN.test(subjectOf(context, symptom)))
    return "The job runs for a tag or for the merge queue, and there is no federated credential for it. The subject changes with each tag and with each run of the merge queue: a credential for this subject does not match the next one.";
  return sentence`The application or the managed identity in ${code("client-id")} has no federated credential for this job, or ${code("client-id")} is wrong. Each branch, tag and environment, and ${code("pull_request")}, has its own subject.${formOf(subjectOf(context, symptom))}`;
}
function federate(context, symptom) {
  const { assertion, cloud, signIn: signIn2 } = context;
  const [, audience] = symptom.text.match(/audience:? '([^']{1,300})'/i) ?? [];
  const sent = {
    issuer: issuerOf(context, symptom),
    subject: subjectOf(context, symptom),
    audience: audience ?? claim(assertion, "aud") ?? cloud?.oidcAudience ?? "api://AzureADTokenExchange"
  };
  const id = clientOf(signIn2, symptom.text);
  const ofPod2 = isOfKubernetes(context, symptom);
  if (ofPod2 && /kubernetes|githubusercontent|\.(local|svc)\b/.test(sent.issuer))
    return [
      "The ID token is that of a service account of Kubernetes. Find the issuer of its cluster. If there is none, turn it on with the option `--enable-oidc-issuer` (outside AKS, set `--service-account-issuer` of the API server to a public address), and create the pod again.",
      az("aks show", { "resource-group": "<resource-group>", name: "<cluster>", query: "oidcIssuerProfile.issuerUrl" }),
      ...credential("create", id, { ...sent, issuer: "<issuer>" })
    ];
  if (OF_ONE_RUN.test(sent.subject))
    return [
      "Add `environment: <environment>` to the job: its subject is then the same in each run. Without an environment, customize the subject, or use a flexible credential, which only Entra applications can have: https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials",
      ...credential("create", id, { ...sent, subject: sent.subject.replace(/:ref:.*$/, ":environment:<environment>") })
    ];
  const ofIdentity = az("identity federated-credential list", IDENTITY);
  if (symptom.text.includes("AADSTS70025:")) return credential("create", id, sent);
  return [
    sentence`Compare what ${inOurWords(ofPod2 ? "the service account's token has" : "GitHub sent")} with the federated credentials of ${code("client-id")}, letter by letter: the issuer ${code(sent.issuer)} (with ${inOurWords(sent.issuer.endsWith("/") ? "the" : "no")} slash at its end), the subject ${code(sent.subject)} and the audience ${code(sent.audience)}.${inOurWords(signIn2?.type === "azure-cli" ? " azure/login writes them to its log, and has an input `audience`." : "")}${inOurWords(/AADSTS700212/.test(symptom.text) ? " If the audience is not that of the tenant's cloud, correct `environment`." : "")} The first command shows what ${code("client-id")} is: the names of a managed identity contain its resource group and its own name. If a credential has all three, run the job again:`,
    run(showPrincipal(id), az("ad app federated-credential list", { id }), ofIdentity),
    // An issuer and a subject occur once in an application: only a change of its credential helps, and no second one.
    ...credential(/AADSTS(700212\d?|7002138):/.test(symptom.text) ? "update" : "create", id, sent).slice(2)
  ];
}
function isOfKubernetes(context, symptom) {
  const token = `${subjectOf(context, symptom)} ${issuerOf(context, symptom)}`;
  return context.inPod === true || /^system:serviceaccount:|-aks\.azure\.com|kubernetes/.test(token);
}
var IDENTITY = { "resource-group": "<resource-group>", "identity-name": "<identity>" };
function credential(verb, id, { audience, ...claims }) {
  const [name3, existing] = verb === "create" ? [nameFor(claims.subject)] : ["<name>", { "federated-credential-id": "<name>" }];
  const parameters = JSON.stringify({ ...!existing && { name: name3 }, ...claims, audiences: [audience] });
  return [
    "See what `client-id` is. The names of a managed identity contain its resource group and its own name:",
    showPrincipal(id),
    `If it is a managed identity, ${verb} its federated credential, with the role Managed Identity Contributor:`,
    az(`identity federated-credential ${verb}`, { ...IDENTITY, name: name3, ...claims, audiences: audience }),
    `If it is an application, ${verb} its federated credential, as its owner:`,
    az(`ad app federated-credential ${verb}`, { id, ...existing, parameters }),
    "Run the job again after a few minutes: a new federated credential can take that long to work."
  ];
}
var nameFor = (subject) => subject.includes("<") ? "<name>" : (subject.match(/[a-z0-9]+/gi) ?? []).join("-").slice(0, 120);
var IMMUTABLE = /^repo:([^@/]+)@\d+\/([^@:]+)@\d+/;
function formOf(subject) {
  if (IMMUTABLE.test(subject))
    return sentence` The subject has the immutable form of repositories created, renamed or moved since 2026-07-15: a credential for ${code(subject.replace(IMMUTABLE, "repo:$1/$2"))} does not match it.`;
  if (!/^repo:[^/:]+\/[^:]+:(ref:|environment:|pull_request$)|</.test(subject))
    return inOurWords(
      " The repository or its organization has customized the subject: https://docs.github.com/actions/reference/security/oidc#customizing-the-token-claims"
    );
  return sentence` A credential with IDs in its subject (${code("repo:<owner>@<id>/\u2026")}) does not match a repository without immutable subjects.`;
}
var showPrincipal = (id) => az("ad sp show", { id, query: "{name:displayName, type:servicePrincipalType, names:alternativeNames}" });
function clientOf(signIn2, text = "") {
  const own = signIn2 !== void 0 && "clientId" in signIn2 && signIn2.clientId;
  return text.match(NAMED_APPLICATION)?.[4] ?? (own || "<client-id>");
}
var NAMED_APPLICATION = /\b(app\w*|client)( with)?( ID| identifier)?:? '?([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})\b/i;

// src/diagnosis/meanings.ts
var PASSES = /(in progress|\bbeing (creat|updat|delet|modif|chang|process|provision|restor|upgrad|restart|used|access|initiali[sz]|mov|scal)\w*|(during|still|currently|is|are) (provision|updat|creat|delet|start|restart|upgrad|scal|initiali[sz])ing|not (yet |in an? )?ready|\bbusy\b|\b(re)?try( again| (the|this|your) [\w ]{1,20})? (later|in (a|\d))|again (later|in (a|\d))|temporarily|temporary (error|failure|problem|issue)|(currently|service|server|system) (is )?(unavailable|not available)|timed[- ]?out|timeout (expired|reached|exceeded|occurred|while|waiting)|deadline|overload|throttl|\binternal (server |service )?error|\btransient|maintenance|concurrent (update|modif|operation|write))\w*/i;
var MEANINGS = {
  "a limit is reached": [
    /(\bquotas?\b|\blimits?\b|too (many|long|large|big|quickly|fast|often)|\bmaximum\b|(?<!deadline |time-?out )exceed)\w*/i,
    "Run the job again later, and fewer jobs at the same time. If the message names a quota, ask for a higher one; if it names a length or a size, shorten what is too long."
  ],
  "the service cannot do this at the moment": [PASSES, "Run the job again in a few minutes.", { retries: 2 }],
  "something has expired, or is not valid yet": [
    /((?<!(not|n.t|never|yet) )\bexpired\b|\bexpiry\b.{0,40} is earlier|not yet valid|no longer valid|valid time range|\blifetime\b|\bskew|in the (past|future)|out of date|\bstale\b)\w*/i,
    "Renew what the message names, such as a secret, a certificate or a sign-in. On a self-hosted runner, check the clock, too."
  ],
  "this is not supported, or a version is too old or too new": [
    /((unrecognized|unknown|unexpected) (argument|option|parameter|command|flag|setting|configuration|keyword|field|feature|function|method|type|version)|unsupported|((can)?not|\w{2,6}n['\u2019]t)( \w+)? support|(only|still) support|supported? only|no longer (support|accept|allow|available)|deprecated|obsolete|\bretired\b|incompatible|(not |un)implemented|please upgrade|versions? (older|earlier|lower|below)|syntax error|(or|and) (later|newer|higher|above)\b|(newer|older|later|minimum) version)\w*/i
  ],
  "a permission is missing, or a policy or a setting forbids this": [
    /(denied|forbid|unauthori[sz]ed|((can)?not|\w{2,6}n['\u2019]t) (been )?(authori[sz]ed|permitted|allow(ed)?|entitled|eligible|granted|approved)|disallow|\bby .{0,40}?polic|polic(y|ies) (do|block|forbid|prevent|require|of)|insufficient (?!data)|\bpermissions?\b|\bprivileges?\b|prohibit|restricted|not have (the )?(access|right|authori)|\brejected\b|must be (an? )?(owner|admin|member|superuser))\w*/i,
    "Ask the administrators of the service that refused this for the permission, or for an exception."
  ],
  "something that it needs is disabled, blocked or not set up": [
    /(disabled|((can)?not|\w{2,6}n['\u2019]t) (been )?(enabled|activated|active|registered|configured|set up|initiali[sz]ed|installed|running)|\bno [\w .-]{1,40}configured|suspended|\bblocked\b|\bbanned\b|revoked|\binactive\b|deactivated|(turned|switched) off|\bpaused\b|\bstopped\b|\blocked\b|been (deleted|removed)|archived|read-only)\w*/i,
    "Enable or set up what the message names, or ask the administrators of the service for it."
  ],
  "values exclude each other, more than one thing fits, or something exists already": [
    /(only one of|\bnot both\b|mutually exclusive|((can)?not|\w{2,6}n['\u2019]t) be (used|specified|combined|set|provided) (together|with|when)|in combination|ambiguous|((can)?not|\w{2,6}n['\u2019]t) unique|\bmultiple\b|more than one|\bduplicated?\b|already (exist|present|in use|taken|assigned|used|defined|has|have|associated|set)|conflict)\w*/i
  ],
  "a value that the request needs is missing or empty": [
    /(missing|\bempty\b|\bblank\b|\bnull\b(?! byte)|zero-length|((?<!can)not|\w{2,6}n['\u2019]t) (been )?(provided|specified|supplied|given|set|sent|present|included|passed|contain)|\bno [\w .-]{1,40}(provided|specified|supplied|given|sent|included|passed)\b|must (be |have been )?(provide|specif|suppl|given|set\b|present|contain|include)(?!.*\b(not |in)valid)|(is|are|be) (required|necessary)\b(?! to\b)|required (\w+ )?(parameter|field|property|argument|value|input|header|claim|variable)|requires (an?|the|one)\b)\w*/i
  ],
  "something that the request names does not exist": [
    /(((can)?not|\w{2,6}n['\u2019]t) (be |been )?(found|located|resolved|recognized)|((can)?not|\w{2,6}n['\u2019]t) exist|no such|\bunknown\b(?! (error|reason|exception))|(cannot|can.t|unable to|could not|couldn.t) (find|locate|resolve)|non-?existent|no longer exists|\bno [\w .-]{1,40}found\b|misspel)\w*/i,
    "Check the names and IDs in the message: those of the inputs of this step, and those of what was deleted or moved."
  ],
  "a value is wrong, has the wrong form, or does not fit another value": [
    /(((can)?not|\w{2,6}n['\u2019]t) (match|belong|correspond|equal)|mismatch|(for|from|to|against) (a different|another)\b|inconsistent|\bwrong\b|not the same|invalid(?! state)|malformed|((can)?not|\w{2,6}n['\u2019]t) (an? )?(well-?formed|valid|proper|acceptable)|(cannot|could not|unable to|failed to) (be )?(pars|decod|deseriali|convert|validat)|bad (format|request|value)|incorrect|illegal|\breserved\b|must (be|start|begin|end|match|have|consist|only)\b|out of range|validation (failed|error)|\bexpected\b)\w*/i
  ],
  "an unexpected fault, which the message does not explain": [
    /((unexpected|unhandled|unknown|unspecified|general|server|service) (error|failure|exception|fault)|(?<!\bnon-retryable )(error|exception|fault) (has |was |have )?(been )?(occurr|thrown|encounter|issuing)|went wrong)\w*(?!.*\bnon-retryable)/i,
    "Run the job again once. If the error persists, give the message and the time of this run to the support of the service that sent it."
  ]
};
var NAMES = /^.{0,99}HTTP status \d+\)?: |^([a-z]+_[a-z_]+|\w+): (?=AADSTS)|"[^"]*"|(?<!\w)'[^']*'|https?:\S+/g;
var withoutNames = (text) => text.replace(NAMES, " ");
function byItsWords(what, usual, ...first) {
  return (_context, { text }) => {
    const said = withoutNames(text).replace(/(?<=[a-z])(?=[A-Z])/g, " ");
    for (const [means, [words2, ...next]] of Object.entries(MEANINGS)) {
      const found2 = said.match(words2)?.[0];
      const cause = inOurWords(`${what}, for the reason in its message: ${means}`);
      const steps = words2 === PASSES ? [...next, ...first] : [...first, ...next];
      if (found2 !== void 0) return [sentence`${cause} (${code(found2)}).`, ...steps];
    }
    return [`${what}, for the reason in its message, if it has one. The usual cause is ${usual}.`, ...first];
  };
}

// src/diagnosis/network.ts
var import_node_net = require("node:net");

// src/diagnosis/runner.ts
var import_node_path = require("node:path");
var RUNNER = rulesFor(EVERYWHERE, {
  "runner-limit": [
    [
      "ENOSPC EDQUOT EFBIG ENOMEM EAI_MEMORY OUT_OF_MEM ERR_WORKER_OUT_OF_MEMORY ERR_MEMORY_ALLOCATION_FAILED EMFILE ENFILE EFILE ENOBUFS EADDRINUSE",
      /Array buffer allocation failed|Invalid (typed )?array (buffer )?length|getaddrinfo EBUSY|EADDRNOTAVAIL (?!127\.|0\.)\d+\.|spawn\b.* (EAGAIN|E2BIG)\b/i
    ],
    (_context, { code: code2, text }) => `The runner, or the container of the job, ${reasonIn(`${code2} ${text}`, {
      "has a full disk, or its user has reached a quota": /ENOSPC|EDQUOT|EFBIG/,
      "cannot start more processes, or its environment variables are too large for one": /E2BIG|EAGAIN/,
      "has no free port for another connection: too many are open, or its VPN is down": /ENOBUFS|EADDR|buffer space/,
      "cannot open more files and sockets": /E[MN]?FILE|EBUSY|open files/i,
      "has not enough memory": /./
    })}.`,
    "See how much is used, in a step of the same job (on Linux):",
    run("df -h\nfree -m\nulimit -a\nss --summary"),
    "Free what is used up, give the runner, its container or its pod more of it, or run fewer jobs there at the same time. Then run the job again.",
    { retries: 1 }
  ],
  "runner-tls": [
    /no.(protocols|ciphers).available|no.cipher.(match|can.be)|library.has.no.ciphers|ssl.(command.)?section|SSL_CONF|ssl_do_config|unknown.cmd.name|(envelope|Provider|libcrypto|configuration file|DSO support) routines/i,
    "The settings of OpenSSL on this machine leave no version, no cipher or no algorithm of TLS to use: the lowest version is above the highest, or FIPS mode is on without its provider, for example.",
    "See the settings, in a step of the same job (on Linux). They are `--tls-min-v\u2026`, `--tls-max-v\u2026`, `--tls-cipher-list` and `--\u2026-fips` of Node.js, and `MinProtocol`, `MaxProtocol`, `CipherString` and `providers` of OpenSSL:",
    run("env | grep -E 'NODE_OPTIONS|OPENSSL_'\ngrep -E 'Protocol|Cipher|provider|fips' /etc/ssl/openssl.cnf"),
    "Remove those that do not allow TLS 1.2 and TLS 1.3, and `OPENSSL_CONF` and `OPENSSL_MODULES` if they are for another version of OpenSSL."
  ],
  "runner-file": [
    /\bE(?!CONN|TIME|HOST|NET|RROR)[A-Z]{2,}: [\w ,/-]+, [a-z_]+\b|Missing file at path|environment variable for file command/,
    "The runner, or the container of the job, has lost a file that the step needs, its user may not use the file, or the file system is read-only.",
    "See the files, their owner and their disk, in a step of the same job with `shell: bash`:",
    (_context, { text }) => run(`cd ${shell((0, import_node_path.dirname)(text.match(/(?<=['\s])(\/|\w:)[^']+/)?.[0] ?? "<directory>/x"))}`, "id\nls -la\ndf -h ."),
    "In a container job, run as the user that owns the files, and mount them writable: `container: { options: --user root }`.",
    "On a self-hosted runner, let no step or other job change the runner's `_work/_temp`. Then run the job again."
  ]
});

// src/diagnosis/network.ts
var COMPLETED = 'If you mean a container, such as a service of the job, publish its port (`ports: ["5432:5432"]`), and set `host: localhost`, in a job without `container:`. The action adds the cloud\'s suffix to a name without a dot.';
var LOOKED_UP = "If it answers with an address, the fault may have passed. Run the job again. If it does not, correct the DNS servers of the runner, its container, its pod or its virtual network:";
var ALERT = /(tls|ssl)\S{0,9} (fatal )?alert|fatal alert|error: tls:|alert number \d|unrecognized.?name/i;
var OUTDATED = /TLS version (1\.|used)|dh.key.too.small|renegotiation|unsupported.protocol|protocol.?version|handshake.?failure|could not create SSL|common algorithm|no appropriate protocol|insufficient.security|no.shared|no.suitable|bad.protocol.version|bad.(ecpoint|dh.value)|(wrong|unknown).(signature|cipher|ssl.version|curve|digest)|unsupported.(ssl.version|elliptic.curve)|inappropriate.fallback|export.restriction|missing.(sigalgs|supported.groups)|legacy.sigalg|version.too.(low|high)/i;
var HIDDEN = / (0\.0\.0\.0|::):/;
var LISTENERS = run("ss --listening --tcp --numeric --processes");
var LOOK_AT_TUNNEL = [
  "See what listens there, in a step of the same job (on Linux). If it is a tunnel or a proxy, read its log: its other end has to reach the server, through the server's network, firewall and DNS.",
  LISTENERS
];
var SET_MTU = "If this happens only in a container, a pod or a VPN, its packets may be too large for the network. Set a smaller MTU there (in Docker, `mtu` in `daemon.json`).";
var MORE_TIME = "If the network is slow, set `NODE_OPTIONS: --network-family-autoselection-attempt-timeout=2000` in the step's `env`.";
var REFUSED = "A firewall in between refuses the connection, or the runner's DNS server (a DNS filter answers `0.0.0.0`) or `hosts` file leads to an address where nothing listens.";
var USE_ITS_NAME = "If you know that the server is yours, set `host` to a name in its certificate. Otherwise, a different server answers, which must not get the token or the password.";
var trust = (variable3) => [
  `Trust the authority of the proxy or firewall (or of GitHub Enterprise Server): set this variable, in the step's \`env\` or where a self-hosted runner starts, to a PEM file with its certificate, on the runner (in a container job, in the container).${variable3 === "REQUESTS_CA_BUNDLE" ? " The Azure CLI then trusts only what is in the file: append the certificate to a copy of the newest `certifi/cacert.pem`." : ""}`,
  run(`${variable3}=<path-to-pem>`)
];
var TUNNEL = "For a tunnel, let the runner's `hosts` file lead the server's full name to this address, and set `host` to that name. Only if you cannot, and trust the network, set `ssl-mode: verify-ca`. It does not check the name: any server with a certificate of a public authority can then read the token or the password.";
var ON_THE_WAY = rulesFor(EVERYWHERE, {
  "host-not-found": [
    [
      "ENOTFOUND ENODATA ENONAME EBADNAME EAI_NONAME EAI_NODATA EAI_ADDRFAMILY",
      /getaddrinfo EAI_AGAIN ([\w-]+|(postgres|postgresql|pg|db|database)\.postgres\.database\..*|\S+\.(svc|local|internal|lan))$|host name "[\w-]+"/
    ],
    (context) => sentence`The runner's DNS server does not know ${code(hostNameOf(context))}. ${inOurWords(!isPostgres(context) ? "Perhaps only a proxy knows it." : OF_DOCKER.test(hostOf(context)) ? "Containers have such names." : "It is misspelt, the server was deleted, or only its own network or cluster knows it.")}`,
    (context) => isPostgres(context) ? findName(context) : [...lookUp(context, LOOKED_UP), ...reachable(context)]
  ],
  "dns-unavailable": [
    ["EAI_* ESERVFAIL EREFUSED", /(getaddrinfo|query[A-Z]\w*) (E|UNKNOWN)/],
    "The runner's DNS server did not answer, or refused to.",
    (context) => [...lookUp(context, LOOKED_UP), ...atPostgres(context, [])],
    { retries: 2 }
  ],
  "connection-not-allowed": [
    [/\b(connect|socket|bind|read|write) E(PERM|ACCES)\b/, { codes: "EPERM", text: /^(?!.*E(PERM|ACCES))/ }],
    "The runner's own machine forbids this connection: a local firewall, a sandbox, SELinux or a virus scanner.",
    "See what forbids it, on the runner's machine (on Linux): a `prohibit` route, a rule of the local firewall, or a denial in the kernel's log. On Windows, look in the logs of the firewall and the virus scanner:",
    run("ip route\nsudo nft list ruleset\nsudo dmesg | grep -iE 'denied|avc'"),
    "Allow the connection there. If nothing of this forbids it, the runner itself is in a sandbox (of systemd, snap or a container): run the job outside the sandbox."
  ],
  "connection-lost": [
    // Alerts of TLS: https://www.iana.org/assignments/tls-parameters/tls-parameters.xhtml#tls-parameters-6
    [
      "08* ECONNRESET EPIPE ECONNABORTED ENETRESET ENOTCONN ECANCELED ERR_STREAM_* ERR_SOCKET_CLOSED* UND_ERR_SOCKET HPE_INVALID_EOF_STATE Z_BUF_ERROR",
      /(read|write) ETIMEDOUT|Connection terminated(?! due to connection timeout)|is not queryable|server closed the connection|before secure TLS connection was established|EOF occurred in violation of protocol|unexpected.eof|SSL SYSCALL error|(closed|ended) (unexpected|premature)ly|unexpected socket close|Premature close|(^|response as text: )(aborted|terminated)$|\bEOF$|bad.record.mac|(alert|tls)\W{1,3}(record.?overflow|decompression.?failure|decode.?error|user.?cancelled|close.?notify)/i
    ],
    (context) => `The connection broke: ${isPostgres(context) ? "the server closed it, as in a restart or a failover, or something in between (a gateway, a pooler)" : "something in between (a firewall, a proxy, a gateway)"} cut it or changed its data.`,
    (context, { text }) => isLocal(context, text) ? LOOK_AT_TUNNEL : [],
    afterRerun,
    (context) => atPostgres(context, seeState(context)),
    SET_MTU,
    { retries: 3 }
  ],
  "connection-timed-out": [
    "ETIMEDOUT EALREADY EINPROGRESS ESOCKETTIMEDOUT UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT ERR_SOCKET_CONNECTION_TIMEOUT ERR_TLS_HANDSHAKE_TIMEOUT ABORT_ERR",
    (context, { text }) => byAddress(context, text) ?? (isPostgres(context) ? silentServer(context) : silentHost(context)),
    (_context, { text }) => !/connect E/.test(text) ? SET_MTU : /ETIMEDOUT.*connect E/.test(text) ? MORE_TIME : [],
    { retries: 1 }
  ],
  "connection-refused": [
    ["ECONNREFUSED", /EADDRNOTAVAIL (127\.|0\.0\.0\.0|::1|:::)/],
    (context, { text }) => isLocal(context, text) ? nothingListens(context) : isPostgres(context) && !HIDDEN.test(text) ? refusedByServer(context) : [REFUSED, ...HIDDEN.test(text) ? [] : reachable(context), ...lookUp(context)],
    { retries: 1 }
  ],
  "host-unreachable": [
    "EHOSTUNREACH ENETUNREACH EADDRNOTAVAIL EHOSTDOWN ENETDOWN ENONET EAFNOSUPPORT",
    (context, { text }) => byAddress(context, text) ?? [
      "The runner's network has no route to this address: its gateway, its VPN or the network of its container is down, it has only IPv6, or a firewall rejects the packets.",
      ...isPostgres(context) ? [] : reachable(context),
      "See the routes of the runner, in a step of the job (on Linux). If there is no `default` line, correct the network of the machine or the container. If there is one, a firewall or a gateway on the way rejects the packets:",
      run("ip route")
    ],
    { retries: 1 }
  ],
  "connection-failed": [
    [
      /\b(connect|socket|bind|read|write|shutdown) (E[A-Z\d]{2,}|UNKNOWN)\b(?<!E(PROTO|ACCES))|new connection: \[(Errno|WinError)|invalid header value|valid HTTP token/,
      "UND_ERR_* ERR_HTTP_* ERR_SOCKET_* ERR_INVALID_CHAR ERR_UNESCAPED_CHARACTERS"
    ],
    "The runner could not make or use the connection, for the reason in the message.",
    (_context, { text }) => /header (content|value)/.test(text) ? "Set the secret again, without a line break." : [],
    (context, { text }) => /\bconnect (E|UNK)/.test(text) && !(0, import_node_net.isIP)(hostOf(context)) ? lookUp(context) : [],
    (context) => [
      ...afterRerun(context),
      ...atPostgres(context, ["Check `host` and `port`.", ...setFullName(context)])
    ],
    { retries: 1 }
  ],
  "tls-wrong-host": [
    [
      "ERR_TLS_CERT_ALTNAME_INVALID HOSTNAME_MISMATCH",
      /does not match (certificate's altnames|host ?name)|(Hostname|IP address) mismatch|hostname '.*' doesn't match|certificate is (valid for|not valid for any)|RemoteCertificateNameMismatch|no (subject alternative DNS |alternative certificate subject )?name match|by hostnameverifier|COMMON_NAME_INVALID|contain any IP SANs|legacy Common Name/i
    ],
    (context, { text }) => `The certificate does not contain the name that was asked for: ${isPostgres(context) && !ASKED_FULLY.test(text) ? "`host` is an IP address or an alias (a tunnel, a CNAME, a `privatelink` name), not the server's full name, or a different server answers" : "a different server, a proxy or the sign-in page of a network answers in its place, perhaps because the runner's `hosts` file or its DNS server leads there"}. Nothing secret was sent.`,
    (context, { text }) => {
      if (!isPostgres(context)) return [...seeWhoAnswers(context), ...lookUp(context), ...reachable(context)];
      if (ASKED_FULLY.test(text)) return [...lookUp(context), ...seeWhoAnswers(context)];
      const isForeign = /(DNS:|IP Address:|CN: )\S/.test(text) && !AZURE.test(text);
      const own = isForeign ? [...seeWhoAnswers(context), USE_ITS_NAME] : setFullName(context);
      return isLocal(context, "") ? [TUNNEL, ...own] : [...own, TUNNEL];
    }
  ],
  "tls-authorities-unreadable": [
    /CA certificate bundle|root certificate (file|paths)|certificate verify locations|BIO routines|system library|PEM lib|no certificate or crl found|PEM routines|Invalid CA file/i,
    (_context, { text }) => `The file of trusted authorities ${/PEM|crl/.test(text) ? "is not in PEM format: each certificate needs both lines, `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----`" : "does not exist on the runner, or cannot be read"}.`,
    (context) => `Correct or remove the path in \`${authoritiesOf(context)}\`, or in another variable that has it. In a container, it is the path in the container. See the variables, in a step of the job with \`shell: bash\`:`,
    run("env | grep -E 'CA_BUNDLE|CA_CERTS|CERT_FILE'"),
    "If a file has no lines with `-----BEGIN CERTIFICATE-----`, it may be binary (DER). Convert it to PEM:",
    run("openssl x509 -inform der -in <file> -out <new-file>")
  ],
  "tls-certificate": [
    [
      /certificate (has expired|is not yet valid|is not valid now)|(key|md|digest algorithm) too (weak|small)(?<!dh key too small)|certificate verify failed: (?!unable to get|self.signed|certificate signature)|\becc cert|certificate or alg|unknown certificate type|(asn1 encoding|curve|x509 certificate|rsa) routines/i,
      "ERR_OSSL_* ERR_CRYPTO_* CERT_CHAIN_TOO_LONG CERT_HAS_EXPIRED CERT_NOT_YET_VALID CERT_REJECTED CERT_REVOKED CRL_* INVALID_* PATH_LENGTH_EXCEEDED UNABLE_TO_DECODE* UNABLE_TO_DECRYPT_CRL* UNABLE_TO_GET_CRL ERROR_IN_C* ERR_TLS_CERT_* UNSPECIFIED"
    ],
    (_context, { code: code2, text }) => `The certificate, or that of its authority, ${reasonIn(`${code2} ${text}`, FAULTS)}. Those of Microsoft and GitHub have no such fault: usually a proxy or firewall that inspects TLS shows its own instead. Adding it to the trusted certificates does not help. Nothing secret was sent.`,
    "See whose certificate it is, and its dates, then the settings and the clock of the runner, in a step of the job with `shell: bash`:",
    (context) => run(look(context), SHOW_OPENSSL, "date -u"),
    exempt,
    "Or let the owner of the proxy or of the server renew its certificates, with RSA keys of at least 2048 bits, SHA-256 signatures and the extensions of RFC 5280."
  ],
  "tls-unknown-authority": [
    [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE SELF_SIGNED_CERT_IN_CHAIN DEPTH_ZERO_SELF_SIGNED_CERT UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_UNTRUSTED CERT_SIGNATURE_FAILURE UNABLE_TO_DECRYPT_CERT*",
      /unable to verify the first certificate|self.signed certificate|unable to get (local )?issuer certificate|certificate.verif(y|ication).failed|signed by unknown authority|PKIX path|remote certificate (is|was) (invalid|rejected)|(certificate|authority) ((which|that) )?is not trusted|standards compliant|trust (anchors|relationship)|UNTRUSTED_ROOT|CERT_AUTHORITY_INVALID/i
    ],
    (context, { text }) => `${context.tls?.rootCertificates ? "Neither the runner nor `ssl-root-cert` has" : "The runner does not trust"} ${SELF_SIGNED.test(text) ? "this certificate, which the other side signed itself" : "the authority of this certificate"}: ${isPostgres(context) ? `${isOfAzure(context) ? "a proxy or firewall inspects TLS, or a server other than Azure's answers" : `it is not a public authority's${SELF_SIGNED.test(text) ? "" : ", or the server does not send its intermediate certificate"}`}` : `usually, ${context.with?.startsWith("github") && !/\.github(usercontent)?\.com$/.test(hostOf(context)) ? "GitHub Enterprise Server has a certificate from your own authority, or " : ""}a proxy or firewall inspects TLS and shows its own certificate`}. Nothing secret was sent.`,
    (context) => isPostgres(context) ? [] : [...trust(authoritiesOf(context)), ...exempt(context)],
    (context, { text }) => isPostgres(context) && !isOfAzure(context) ? trustServer(text) : [],
    "See which certificates are sent, and who issued them (`i:`), in a step of the job with `shell: bash`:",
    (context) => run(look(context, " -showcerts")),
    (context, { text }) => isOfAzure(context) ? [...exempt(context), trustServer(text)] : []
  ],
  "tls-handshake": [
    [
      "ERR_SSL_* EPROTO*",
      /error establishing an SSL connection|SSL connection could not be established|wrong version number|SSLError|SSL routines|look like a TLS handshake|HTTP response to HTTPS|handshake message|determine the frame size/,
      OUTDATED,
      ALERT
    ],
    (context, { text }) => `${reasonIn(text, HANDSHAKE)}${isPostgres(context) && /handshake.?failure|cert|unknown.?ca/i.test(text) ? POOLER_ASKS : ""}`,
    ({ proxy }, { text }) => proxy?.startsWith("https") && !ALERT.test(text) ? WITHOUT_TLS : [],
    "See who answers, with which TLS, and what limits the TLS of the runner, in a step of the job with `shell: bash`:",
    (context) => run(look(context, " -legacy_server_connect"), SHOW_OPENSSL),
    exempt,
    (context) => atPostgres(context, ["If a service other than PostgreSQL answers, correct `host` and `port`."])
  ]
});
var ASKED_FULLY = /Host: [\w-]+\.postgres\.database\./;
var POOLER_ASKS = " A PgBouncer asks for a client certificate if its `client_tls_sslmode` is `verify-ca` or `verify-full`. Set it to `require` there.";
var WITHOUT_TLS = "Let the address in `HTTPS_PROXY` begin with `http://`, unless the proxy itself speaks TLS.";
var HANDSHAKE = {
  "One side's TLS is too old or too weak for the other (below TLS 1.2, no cipher in common, a weak Diffie-Hellman key, or renegotiation without RFC 5746): usually an old proxy or firewall inspects TLS. `OPENSSL_CONF` or `NODE_OPTIONS` can switch off the newer versions on the runner.": OUTDATED,
  "The other side expects a client certificate, which this action does not send, and Azure does not expect: a different server answers, or something in between.": /(alert|error: tls)\b.*(cert|unknown.?ca|decrypt.?error)/i,
  "The other side ended the TLS handshake: it does not serve this name, or has a fault. Or a firewall or proxy that inspects TLS does not allow this host.": ALERT,
  "The two sides cannot agree on TLS: a different service listens on this port, which may not speak TLS at all, or a proxy or firewall is in between.": /^/
};
var SELF_SIGNED = /self.signed certificate(?!.*chain)/i;
var SHOW_OPENSSL = "env | grep -E 'OPENSSL|NODE_OPTIONS'";
var FAULTS = {
  "has expired or is not valid yet, or the runner's clock is wrong": /expired|valid (yet|now)|yet.valid/i,
  "has a weak key or signature, or OpenSSL on this machine is set to a high security level": /weak|small/i,
  "was revoked, or the list of revoked certificates (CRL) cannot be read": /revoked|CRL/,
  "breaks the rules for certificates (malformed, without `serverAuth`, or of no authority)": /./
};
var PRIVATE = rulesFor(["postgres", "azure"], {
  "server-is-private": [
    /^(?!.*disallowed by policy).*(public network (access|interface).{0,30}(disabled|denied|not enabled)|n['o]t have public access|VNet.(injected|integrated)|deny public network access|private access enabled server|firewall rules?\b.{0,80}(private (network )?access|VNet|virtual network)|in an? (VNet|virtual network)\b.{0,40}firewall rule|Client from Azure Virtual Networks)/i,
    "The server's public access is disabled, or the server or the runner is in a virtual network. A firewall rule has no effect there.",
    "Run the job in the server's network (`docs/private-network.md` shows three ways). If it runs there already, link the server's private DNS zone to that network, so that the name leads to the private address. If the server is not in a virtual network, its owner can also enable public access.",
    (context) => isPostgres(context) ? lookUp(context) : []
  ]
});
var NETWORK = [...RUNNER, ...ON_THE_WAY];
var PRIVATE_RANGE = String.raw`(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cde][\da-f]{2}:)`;
var PRIVATE_ADDRESS = new RegExp(String.raw`(?<!Local )[ (](?!\S*->)${PRIVATE_RANGE}`, "i");
var IPV6_ONLY = /^(?!.* \d+\.\d+\.\d+\.\d+:\d).*[ ([][0-9a-f]{1,4}:(:|([0-9a-f]{0,4}:){2})/i;
function byAddress(context, text) {
  if (isLocal(context, text))
    return ["The machine or the container of the job itself does not answer at this address.", ...LOOK_AT_TUNNEL];
  if (isPostgres(context) && PRIVATE_ADDRESS.test(` ${context.host} ${text}`))
    return [
      "The server's address is private: only its own network leads there, and networks that are connected to it (peering, VPN, ExpressRoute).",
      "Use a runner in the server's network (`docs/private-network.md` shows three ways). If it is in one already, see whether the server runs, and in which network an Azure server is:",
      azShow(context, "{state:state, subnet:network.delegatedSubnetResourceId, endpoints:privateEndpointConnections}"),
      `Then look at the effective routes and the effective security rules of the runner's network interface, in the Azure portal: it needs a route to this address, and outbound TCP to port ${context.port ?? 5432}.`
    ];
  if (!IPV6_ONLY.test(text)) return void 0;
  return [
    "The address is an IPv6 address, and the runner's network has no way to it. GitHub's own runners have no IPv6.",
    ...lookUp(context),
    "If the name also has an IPv4 address, set `NODE_OPTIONS: --dns-result-order=ipv4first` in the step's `env`. If that variable has `--no-network-family-autoselection`, remove that. If the name has no IPv4 address, use a name that has one, correct the runner's DNS server, or use a runner in a network with IPv6."
  ];
}
var CHECK_NAME = "Check the spelling of `host`. If it is right, run the job in the network or the cluster of the server, or let the runner ask a DNS server that knows the name.";
function findName(context) {
  if (OF_DOCKER.test(hostOf(context))) return [COMPLETED];
  if (!/azure|cloudapi/i.test(hostOf(context))) return [CHECK_NAME];
  return [
    "See the full names of the subscription's servers. If `host` is not among them, correct it. If it is, the server is in a virtual network (private access): use a runner in that network (`docs/private-network.md`), and link the server's private DNS zone to this network:",
    LIST_NAMES,
    COMPLETED
  ];
}
var silentServer = (context) => isOfAzure(context) ? [
  `No answer came in time: the server's firewall does not allow the runner, ${context.onGitHub ? "" : "the runner's network blocks the way, "}public access is off, or the server is stopped or overloaded.`,
  ...portOfAzure(context),
  "See the server's state and network. If the state is `Stopped`, start the server. If public access is `Disabled`, use a runner in its network, in which the name leads to a private address (`docs/private-network.md`):",
  azShow(context, "{state:state, tier:sku.tier, publicAccess:network.publicNetworkAccess}"),
  `If public access is \`Enabled\`, add the action in \`firewall/\` of this repository before this step (\`docs/firewall.md\`).${context.onGitHub ? "" : ` The runner's network must allow outbound TCP to port ${context.port ?? 5432} (PostgreSQL uses no HTTP proxy).`}`
] : [
  "No answer came in time: a firewall drops the packets, this is another or an old address, or the server is stopped or overloaded.",
  ...lookUp(context),
  `Check that the server runs at this address, and that the firewalls on the way let the runner${context.onGitHub ? " (whose address changes)" : ""} through to port ${context.port ?? 5432}. PostgreSQL uses no HTTP proxy.`,
  ...(0, import_node_net.isIP)(hostOf(context)) ? [] : setFullName()
];
var refusedByServer = (context) => [
  "The host exists, but nothing listens on this port: the server is restarting or stopped, the port is wrong, this is an old address, or a firewall rejects the connection.",
  ...portOfAzure(context),
  ...seeState(context),
  ...lookUp(context)
];
var silentHost = (context) => [
  `No answer came in time: ${reachesAll(context) ? "the network has a fault, or " : `a firewall drops the packets, ${context.proxy ? "the proxy does not answer" : "the runner needs a proxy"}, or `}the service is overloaded.`,
  ...reachesAll(context) ? [] : seeAnswer(context),
  `${reachesAll(context) ? "" : "If it answers, the fault may have passed: run the job again. "}If other machines get no answer, either, look for an outage: https://${context.with?.startsWith("github") ? "www.githubstatus.com" : "azure.status.microsoft"}`,
  ...reachable(context)
];
var nothingListens = (context) => [
  sentence`${code(hostOf(context))} is the machine or the container of the job itself, or leads there (by the \`hosts\` file, for example). Nothing listens on port ${context.port ?? 5432} there.`,
  "Start the tunnel or the container that leads to the server earlier in the same job, and set `host: 127.0.0.1` and `port` to the port that it listens on (of a container, the published one). In a job with `container:`, `127.0.0.1` is this container: start the tunnel in its steps, remove `container:`, or let a tunnel on the machine listen on Docker's address, too (`172.17.0.1`, which is then `host`). See what listens, in a step of the job (on Linux):",
  LISTENERS,
  ...setFullName()
];
var trustServer = (text) => `If the server is yours, set \`ssl-root-cert\` to ${SELF_SIGNED.test(text) ? "this certificate" : "its authority's newest certificate, with the intermediate ones. If the authority is a well-known one, let the owner of the server install the intermediate certificate, too"}.`;
var seeState = (context) => isOfAzure(context) ? ["See the state of the server. If it is `Stopped`, start the server:", azShow(context, "state")] : ["On the server, see whether PostgreSQL runs, where it listens, and what its log says about this time."];
var AZURE = /\.postgres\.database\./;
var isOfAzure = (context) => isPostgres(context) && AZURE.test(hostOf(context));
var LOCAL = /^(0\.0\.0\.0|::) |(^|[\s"[(])(127\.|172\.17\.0\.1\b|::1\b|localhost\b|host\.docker\.internal)/;
function isLocal(context, text) {
  return isPostgres(context) && LOCAL.test(`${context.host} ${text}`);
}
function authoritiesOf(context) {
  if (isPostgres(context) && (!context.tls || context.tls.rootCertificates)) return "ssl-root-cert";
  if (context.with === "entra" && context.signIn?.type === "azure-cli") return "REQUESTS_CA_BUNDLE";
  return "NODE_EXTRA_CA_CERTS";
}
var atPostgres = (context, steps) => isPostgres(context) ? steps : reachable(context);
function reachable(context) {
  const [host, { proxy }] = [hostToAllow(context), context];
  if (proxy) return [sentence`The proxy ${code(proxy)} must allow HTTPS to ${host}, or \`NO_PROXY\` list it.`];
  if (reachesAll(context)) return [];
  const set = sentence`The runner needs HTTPS to ${host}. If only a proxy leads there, set it in the step's \`env\`; \`NO_PROXY\` lists the hosts that bypass it:`;
  return [set, run("HTTPS_PROXY=http://<proxy>:<port>")];
}
var portOfAzure = (context) => ![5432, 6432].includes(context.port ?? 5432) && isOfAzure(context) ? ["Set `port: 5432`, Azure's port."] : [];
function lookUp(context, means = "If it is wrong, correct the DNS record or the `hosts` file:") {
  const host = hostNameOf(context);
  if ((0, import_node_net.isIP)(host)) return isPostgres(context) && !isLocal(context, "") ? setFullName() : [];
  return [`See what the DNS server answers, in a step of the same job. ${means}`, run(`nslookup ${shell(host)}`)];
}
var OF_DOCKER = /^(host\.docker|(postgres|postgresql|pg|db|database)\.postgres\.database)\./;
var seeWhoAnswers = (context) => [
  "See who answers, in a step of the job with `shell: bash`. If the issuer of the certificate is not a public authority, a proxy, a firewall or another server answers. If there is no certificate, the connection is cut on the way or by the server:",
  run(look(context))
];
var seePeer = (context) => (isPostgres(context) ? seeWhoAnswers : seeAnswer)(context);
function afterRerun(context) {
  const [first, ...next] = seePeer(context);
  return [`Run the job again. If the error persists, ${String(first).replace("See", "see")}`, ...next];
}
function look(context, options = "") {
  const [host, by] = [hostOf(context), shell(context.proxy ?? "")];
  if (by.includes("https://")) return `curl -kIv --proxy-insecure -x ${by} ${shell(`https://${host}`)} -m 20`;
  const port2 = isPostgres(context) ? `:${context.port ?? 5432} -starttls postgres` : /:\d+$/.test(host) ? "" : ":443";
  const proxy = context.proxy ? ` -proxy ${by}` : "";
  return `openssl s_client${options} -connect ${shell((0, import_node_net.isIP)(host) === 6 ? `[${host}]` : host)}${port2}${proxy} </dev/null`;
}

// src/diagnosis/fallbacks.ts
var requestFailed = byItsWords("The request failed", "something in between, such as a proxy, or this action");
var actionFailed = byItsWords("This action failed", "a fault of this action");
var [UNKNOWN] = rulesFor([], {
  unknown: [
    [],
    (context, symptom) => (context.with ?? context.host ? requestFailed : actionFailed)(context, symptom),
    (context) => context.host === void 0 ? [] : seePeer(context),
    "Run the job again with `Enable debug logging` ticked. If the error persists, open an issue in this action's repository, with this message."
  ]
});
var CHECK_APPLICATION = `Check \`client-id\`, \`tenant-id\` and \`environment\`. ${WITH_AZ}, see the tenant, the cloud, and whether the tenant has the application:`;
var NO_VALUE = "Check that each input has a value: a secret that is not set, or that a fork cannot read, is empty.";
var USE_OIDC = "Use `auth-type: oidc`, which does not need the Azure CLI.";
var FALLBACKS = [
  ...rulesFor("github", {
    "oidc-unavailable": [
      {},
      "GitHub's OIDC endpoint has a fault or is overloaded, or the connection to it broke.",
      "Run the job again.",
      (context) => context.onGitHub ? [] : seeAnswer(context),
      "Look for an outage of Actions: https://www.githubstatus.com (of GitHub Enterprise Server, ask its administrators).",
      { retries: 3 }
    ]
  }),
  ...rulesFor("entra", {
    "entra-answer-unreadable": [
      [
        { codes: "AADSTS90014 AADSTS900144 AADSTS90121", text: /^(?!.*(client_|refresh_token))/ },
        // a part of the request is missing
        "NOT_JSON AADSTS900561 network_error endpoints_resolution_error openid_config_error post_request_failed null_or_empty_token token_parsing_error",
        /an answer of more than \d+ MiB|fetch failed|Traceback \(msal\/(oauth2cli|authority)|OIDC Discovery|Exceeded \d+ redirects|KeyError: '(access_token|expires_in)'|token_endpoint not found|Response had no |^No response$|got more than \d+ (bytes|headers)|failed to decode it|HTTPS?ConnectionPool|Max retries exceeded|new connection|JSON is invalid|Unable to get endpoints|have network connection|[cC]onnectivity problem/
      ],
      "A proxy or firewall between the runner and Entra blocked or changed the request or the answer, wants a sign-in (a captive portal), or broke the connection. An empty answer was cut off on the way.",
      (context) => reachesAll(context) ? [] : [...seeAnswer(context), ...allowInProxy(context)],
      "Run the job again.",
      { retries: 2 }
    ],
    "entra-refused": [
      [/AADSTS\d/, "invalid_* unsupported_* unauthorized_client access_denied interaction_required url_parse_error"],
      byItsWords("Entra refused the sign-in", "a wrong ID, tenant or cloud, a setting of the tenant, or a fault there"),
      asApplication,
      (_context, { text }) => /client_(id|secret)/.test(text) ? NO_VALUE : readNumber(text),
      ({ signIn: signIn2 }) => "tenantId" in { ...signIn2 } ? [CHECK_APPLICATION, run(SHOW_TENANT, showPrincipal(clientOf(signIn2)))] : [],
      "Ask the administrators of the tenant for the reason. They find this sign-in by the correlation ID or the error code in the message: Entra admin center, `Sign-in logs`, for an application `Service principal sign-ins` or `Managed identity sign-ins`."
    ],
    "cli-failed": [
      {
        signIn: "azure-cli",
        // Words of a shell, a loader or Python, which are not its own.
        text: /\b(Import|ModuleNotFound|Attribute|Type|Name|Syntax)Error|VersionConflict|DistributionNotFound|unexpected keyword|cannot import|OpenSSL|Segmentation|Illegal instruction|No module|is misspelled|azext_|cliextensions|ExtensionDirectory|load(ing command module| extension)|^Command failed|^spawn |^"?(\/|[A-Z]:\\)|python(?! object)|dyld|snap|librar|No such file|command not|\baz: Permission|not recognized|cannot (find the (path|file)|perform|create|open)|please report|application control/i
      },
      (_context, { text }) => reasonIn(text, {
        "One of the Azure CLI's extensions cannot be loaded: its folder is empty, incomplete or not readable for the runner's user, or it does not fit this version.": /azext_|cliextensions|ExtensionDirectory|load extension/,
        "This machine does not let the Azure CLI start: it is a snap in a container or a service, its files are not readable for the runner's user, a policy or a virus scanner stops it, or it is built for a different processor or system.": /snap| policy|virus|spawn|Illegal|Segment|Permission|relocat|GLIBC|Win32|\((126|SIG.*|3\d{9})\)$/,
        "The Azure CLI itself failed: it starts with a Python in which it is not installed, its packages or libraries do not fit together (after an update, or because `PYTHONPATH`, `PYTHONHOME` or `LD_LIBRARY_PATH` names others), or this version has a fault.": /^/
      }),
      USE_OIDC,
      "Or see which `az` starts, with which Python and which extensions, and where it fails, in a step of the job with `shell: bash`:",
      run("which -a az", "az version || true", "env | grep -E '^(PYTHON|OPENSSL|LD_)' || true", GET_TOKEN),
      "Remove what does not belong there: a second `az`, variables for another Python or OpenSSL (`PYTHONPATH`, `OPENSSL_CONF`, `OPENSSL_MODULES`), or the extension at which it fails (its folder is in `~/.azure/cliextensions` or `AZURE_EXTENSION_DIR`). On a self-hosted runner, then install the newest Azure CLI again: https://aka.ms/azure-cli"
    ],
    "cli-refused": [
      { signIn: "azure-cli" },
      byItsWords("The Azure CLI gave no token", "an old version, or a missing managed identity or sign-in", USE_OIDC),
      "Or see where the same command fails, and with which version, in a step of the job with `shell: bash` (the newest version is at https://aka.ms/azure-cli):",
      run("az version || true", GET_TOKEN)
    ]
  }),
  ...rulesFor("postgres", {
    "server-error": [
      "0* 1* 2* 3* 4* 5* 7* F0* HV* P0*",
      byItsWords("The server refused the request", "an extension, an event trigger or a setting of the server"),
      "Try the same in psql, as the same role. There, see which product and version answers, because others know other settings and SQL, and which event triggers the database has, whose functions run at each GRANT:",
      run("SELECT version();\nSELECT evtname, evtfoid::regproc FROM pg_event_trigger;")
    ]
  })
];

// src/diagnosis/github.ts
var EXPIRED = /Code : 4(01|04|10)/;
var GITHUB = rulesFor("github", {
  "oidc-not-permitted": [
    /Unable to get ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)|permissions? to (generate|get|issue) id[ _]token/i,
    "The job has no permission to ask for an ID token: it lacks `id-token: write`, runs for a pull request from a fork or of Dependabot, which gets none by default, or does not run on GitHub (in act, use `auth-type: client-secret`).",
    "If the job runs for a pull request from a fork, which can have no ID token, run the job after the merge. If it does not, add these lines to the job. They replace the workflow's `permissions`. If this is a reusable workflow, also add them to the job that calls it:",
    run("permissions:\n  id-token: write\n  contents: read")
  ],
  "oidc-no-token": [
    /do not have ID Token field|is not valid JSON|Unexpected end of JSON|Error Code : (3\d\d|403 Error Message:( Forbidden)?$|4(?!01|08|29)\d\d.*an (empty answer|answer that is not))/,
    "The answer at `ACTIONS_ID_TOKEN_REQUEST_URL` is not in the words of GitHub's OIDC endpoint: usually, a proxy or a firewall answered instead.",
    (context) => reachesAll(context) ? [] : [...seeAnswer(context), ...bypassProxy(context)],
    "Run the job again. If GitHub itself answers with 403, ask the owners of the organization whether an IP allow list or a rule forbids it, or use `auth-type: client-secret`."
  ],
  "oidc-refused": [
    /Failed to get ID Token.*Error (Code : 4(?!07|08|29)\d\d(?!.*(HTML page|'\w+' state))|Message: (Invalid (URL|character in header)|Protocol "))/,
    (_context, { text }) => `GitHub does not issue this ID token: ${/Code : 403/.test(text) ? "a rule of the organization or the enterprise forbids it" : EXPIRED.test(text) ? "the job has ended, or the token with which it asks for the ID token has expired" : "a step changed the request"}.`,
    (_context, { text }) => /Code : 403/.test(text) ? "Use `auth-type: client-secret`, which needs no ID token, or ask the owners of the organization for an exception." : EXPIRED.test(text) ? "Run the job again. In a long job, run this step early, or in a job of its own." : [],
    (_context, { text }) => `${/Code : 4(0[134]|10)/.test(text) ? "If the error persists, look" : "Look"} for a step that sets \`ACTIONS_ID_TOKEN_REQUEST_URL\` or \`ACTIONS_ID_TOKEN_REQUEST_TOKEN\`: both must be as GitHub set them, with all parameters of the URL.`
  ]
});

// src/diagnosis/proxy.ts
var PRODUCTS = "(requested URL could not be retrieved|squid|zscaler|mcafee|skyhigh|blue ?coat|proxysg|symantec|forti|forcepoint|websense|ironport|cisco|umbrella|barracuda|watchguard|check ?point|netskope|iboss|palo alto|sophos|sonicwall|trend ?micro|menlo|smoothwall|untangle|privoxy|proxy|firewall|web ?(gateway|filter|security)|appliance|blocked|Action: Deny)";
var CUT = /\breset|closed|hang up|\bended|disconnected/i;
var UNUSABLE = {
  "`HTTPS_PROXY` or `ALL_PROXY` names a SOCKS proxy. This action needs an HTTP proxy.": /SOCKS/i,
  "The runner does not trust the certificate of the proxy itself, whose address in `HTTPS_PROXY` begins with `https://`. If you know its authority, set `NODE_EXTRA_CA_CERTS` (for the Azure CLI, `REQUESTS_CA_BUNDLE`) to a PEM file with it.": /certificate/i,
  "The address of the proxy in `HTTPS_PROXY` begins with `https://`, but the proxy itself does not speak TLS.": /only use HTTP|EOF occurred|wrong.version|unknown.protocol|_connect_tls_proxy|check_hostname|OSError\(0, 'Error|FileNotFound/i,
  "The proxy in `HTTPS_PROXY`, or a filter on the way to it, cut the connection: it does not allow this host or has a fault, or its address begins with `https://`, but it does not itself speak TLS.": CUT,
  "The runner cannot use the proxy in `HTTPS_PROXY`: the name or the port is wrong, nothing answers there, or it is a SOCKS proxy or a web server.": /^/
};
var PROXY = rulesFor(["entra", "github", "azure", "github-issues"], {
  "proxy-sign-in": [
    ["CONNECT_401 CONNECT_407", /proxy.auth(entication required|orization)/i, { codes: "NOT_JSON", status: [407] }],
    "The proxy between the runner and this host asks for a sign-in: `HTTPS_PROXY` is not set, has no user, or one that the proxy does not accept.",
    (context) => context.proxy ? [] : seeAnswer(context),
    "Set the user and the password in the variable. In the password, percent-encode all but letters and digits:",
    run("HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>"),
    "If they are right, the proxy accepts only Kerberos or NTLM: let its administrator exempt the runner, or run a local proxy that signs in (such as Px or Cntlm).",
    bypassProxy
  ],
  "proxy-overloaded": [
    [
      "CONNECT_408 CONNECT_429",
      { codes: "CONNECT_5*", text: /^(?!.*\b5[01]1\b)/ },
      { status: ["5xx"], text: new RegExp(`^\\s*<.*${PRODUCTS}|handshake ?fail|tls handshake`, "i") },
      new RegExp(`HTTP status 5\\d\\d with .*${PRODUCTS}`, "i")
    ],
    "The proxy itself could not connect to this host: it is overloaded, its rules forbid the host, or its own DNS, firewall, TLS inspection or upstream proxy fails.",
    "Run the job again, or ask the proxy's administrator to look for this host in the proxy's log and to let it pass without TLS inspection.",
    bypassProxy,
    { retries: 2 }
  ],
  "proxy-unusable": [
    [
      { atProxy: true, codes: "ENOTFOUND EAI_* ECONN* EHOST* ENETUNREACH ETIMEDOUT UND_ERR_CONNECT_TIMEOUT" },
      "CONNECT_400 CONNECT_404 CONNECT_405 CONNECT_501",
      /Pool\(host='([\w.-]+)'.*Connection( to (?!\1 )\S+ timed out|\(host='(?!\1'))|tunneling socket could not be established, cause|[Pp]roxy (connection|tunnel) (ended|timed out)|illegal response body from proxy|from proxy CONNECT response|ProxyError(?!.*Tunnel connection failed)/,
      /SOCKS|_connect_tls_proxy|proxyconnect|PROXY_CONNECTION_FAILED|could not resolve proxy|unable to connect to proxy(?!.*Tunnel connection failed)|check_hostname requires server_hostname|proxy (URL|scheme)|Protocol "https?:" not supported|Invalid URL protocol|Failed to parse: https?:/i,
      "UND_ERR_PRX_TLS ERR_INVALID_URL ERR_PROXY_INVALID_CONFIG ERR_INVALID_PROTOCOL ERR_SSL_HTTP_REQUEST ERR_SSL_HTTPS_PROXY_REQUEST"
    ],
    (_context, { text }) => [reasonIn(text, UNUSABLE), .../SOCKS/i.test(text) ? [{ retries: 0 }] : []],
    ({ proxy = "https" }, { text }) => `${CUT.test(text) ? "If the proxy works for other hosts, let its administrator allow this host. If it does not, correct" : "Correct"} or remove the variable, in the workflow or in the \`.env\` file of a self-hosted runner.${proxy.startsWith("https") ? " Write `http://` even for requests to HTTPS, unless the proxy itself speaks TLS." : ""} In a container, \`127.0.0.1\` is the container itself:`,
    run("HTTPS_PROXY=http://<proxy>:<port>"),
    "Check the proxy on the runner. If it answers, but not for this host, let its administrator allow the host:",
    (context) => run(`curl --head --proxy ${shell(context.proxy ?? "<proxy>:<port>")} https://${shell(hostOf(context))} -m 20`),
    { retries: 1 }
  ],
  "proxy-changed-request": [
    /^(InvalidRequest(Content|Format)|Missing(ApiVersionParameter|Subscription)|UnsupportedMediaType) |'Authorization' header|' header is |^Requires authentication|Authenticated requests get|Problems parsing JSON|should be a JSON object|Invalid request\. (For|")|User-Agent header|missing_field/,
    "The request arrived changed, such as without the token that this action sent: a proxy or a gateway between the runner and this host removed or changed a part of it.",
    bypassProxy,
    "Run the job again later. If the error persists, ask the administrators of the runner's network to exempt this host from inspection, or use another runner.",
    seeAnswer
  ],
  "proxy-refused": [
    [
      "CONNECT_* ERR_PROXY_TUNNEL ERR_TUNNEL_CONNECTION_FAILED HPE_HEADER_OVERFLOW UND_ERR_HEADERS_OVERFLOW Z_DATA_ERROR",
      { status: ["3xx", 413, 414, 431, 511] },
      { codes: "NOT_JSON", text: /^HTTP status (?!5|408|429|[23].*empty answer|.*Our services aren)/ },
      /Error Code : ([34]\d\d(?!.*Our services aren).*HTML page|511)|when HTTP Tunneling|Tunnel connection failed/,
      /\bParse Error: (?!.*EOF)|match the HTTP\/1.1 protocol|BadStatusLine/,
      { status: [400, 401, 403, 405, 410, 451], text: /^\s*</ },
      { status: ["4xx"], text: new RegExp(`^\\s*<.*${PRODUCTS}`, "i") }
    ],
    (_context, { text }) => reasonIn(text, {
      "The headers are too large for a proxy or for this host, or a proxy adds too many. The token of a user in many groups is large: sign in as an application, for example with `auth-type: oidc`.": /overflow|headers? (is|are) too (long|large)|\b(413|414|431)\b/i,
      "The runner's network, or a proxy in it, answers with a page where a person has to sign in (a captive portal).": /\b(30\d|511)\b|sign.?in|(log.?(in|on)|portal)\b(?![.-])|captive/i,
      "The answer was not valid HTTP: a proxy or a firewall changed it, or what `HTTPS_PROXY` names is not an HTTP proxy.": /Parse Error|HTTP\/1.1 protocol|BadStatusLine|header check/,
      "A proxy or a firewall between the runner and this host answered in its place. Or this host does not accept the token, and does not say why: then check `tenant-id` and `environment`.": /^HTTP status 401 with an empty/,
      "A proxy or a firewall between the runner and this host does not allow the connection.": /^/
    }),
    (context, { text }) => /CONNECT\b|[Tt]unnel/.test(text) ? [] : seeAnswer(context),
    allowInProxy
  ]
});

// src/diagnosis/managed-identity.ts
var OF_PROXY = new RegExp(
  `HTTP status (407|50[24] (?!.*dial tcp)|(?!40[15])[234]\\d\\d with an HTML page|3\\d\\d|2\\d\\d with (?!an empty)|5\\d\\d with .*${PRODUCTS})|Required metadata header|X-Forwarded-For|Parse Error|Response had no `,
  "i"
);
var AGAIN = new RegExp(`please try|${PASSES.source}`, "i");
var FINAL = new RegExp(`^(?!.*(AADSTS|${AGAIN.source}))`, "i");
var TRIED = /\b(?:Get|Post) "?(https:\/\/[^/ "]+)[^ "]*"?: /;
var IMDS = /^169\.254\.169\.254$/;
var NOT_IMDS = /^(?!.*169\.254\.169\.254)/;
var APP = { "resource-group": "<resource-group>", name: "<app>" };
var LIST_OF_APP = [
  "List the identities of the container app, of the container app's job, or of the App Service app. To assign one, write `assign` instead of `show`, and add `--user-assigned <identity-id>` or `--system-assigned` (App Service: `--identities <identity-id>` or nothing). Then restart the app:",
  run(...["containerapp", "containerapp job", "webapp"].map((each) => az(`${each} identity show`, APP)))
];
var OWN_VARIABLES = "Remove `IDENTITY_ENDPOINT`, `IDENTITY_HEADER`, `MSI_ENDPOINT` and `AZURE_POD_IDENTITY_AUTHORITY_HOST` from the workflow and the runner's `.env` file, if they are there: an app sets its own, and a machine needs none. Then restart the runner, or the app that it is in, which starts with the variables that are valid now.";
var bypass = ({ host = "169.254.169.254", proxy, signIn: signIn2 }) => bypassProxy({ host: signIn2?.type === "azure-cli" ? "169.254.169.254" : host, proxy });
var USE_OIDC2 = "Use `auth-type: oidc`, which does not need this endpoint.";
var MANAGED_IDENTITY = rulesFor("entra", {
  // Whatever the error: the machine is one of Azure, but not the user's.
  "managed-identity-on-github": [
    { signIn: "managed-identity", onGitHub: true },
    "The job runs on a GitHub-hosted runner, which has no managed identity.",
    "Use `auth-type: oidc`. Or run the job on a self-hosted runner in Azure that has the identity."
  ],
  "managed-identity-gone": [
    { signIn: "managed-identity", text: /AADSTS(7000(1|16|2([1347]|1[45]|2[29])|30)|1000502|5001[23]\d?|90002)\b/ },
    (_context, { text }) => `The host still has the identity, but Entra does not accept it: ${/certificate|AADSTS7000222/.test(text) ? "the certificate with which the host signs in as this identity has expired, or is that of an earlier identity" : "the identity was deleted, or its subscription has moved to another tenant"}.`,
    listIdentities,
    "Remove the identity from the host (`remove` instead of `show`), and assign it, or a new one, again. An identity that is created again, and a host's own that is assigned again, have a new object ID: bind the PostgreSQL role to this ID with `rebind: true` in the action `principal/`."
  ],
  "managed-identity-arc": [
    /unable_to_read_secret_file|AzureConnectedMachineAgent|azcmagent|ECONNREFUSED .*:40342\b|port=40342\).*refused/,
    "The agent of Azure Arc issues the machine's tokens to users that can read a file of its own. The runner's user cannot read this file, or the agent does not run.",
    "Add the runner's user to the agent's group (on Windows, to the local group `Hybrid agent extension applications`), restart the agent (on Windows, the service `himds`), then restart the runner's service. On Linux:",
    run("sudo usermod --append --groups himds <runner-user>", "sudo systemctl restart himdsd")
  ],
  "managed-identity-offline": [
    { signIn: "managed-identity", text: new RegExp(`HTTP status .*${TRIED.source}`) },
    "The identity endpoint answered, but could not reach the host in its message: the DNS, a firewall or a proxy of the machine, or of the node in AKS, does not let it.",
    "See whether the runner reaches this host now. If it does, run the job again. If it does not, allow the host and port 443 in the network of the machine, or of the nodes:",
    (_context, { text }) => run(`curl --head ${shell(text.match(TRIED)?.[1] ?? "")} --max-time 20`),
    { retries: 2 }
  ],
  "managed-identity-aks": [
    /(ENOENT|EACCES|EISDIR): .*, (open|read)|failed to read service account token|failed to create confidential c|client_id parameter is required|AzureAssignedIdentity|no azure identity found|identit\w+ .{0,30}\bpod\b|failed to get pod\b|podname|\badal: /,
    (_context, { text }) => /, (open|read)|service account|confidential|client_id/.test(text) ? "Azure Workload Identity (in AKS) gave the runner's pod no token of its service account, or `client-id` is missing." : "AKS pod identity (NMI), which is retired, has no identity for the runner's pod, or not that of `client-id`: no `AzureIdentityBinding` fits the pod's label `aadpodidbinding`, MIC has not assigned the identity to the nodes (such as those of a new node pool), or the identity was deleted or created again. Or the pod has Azure Workload Identity, but pod identity still answers.",
    "See the pod's labels and service account and, with pod identity, what is assigned (the log of MIC says why it is not):",
    run("kubectl get pod <pod> --output yaml", "kubectl get azureidentitybindings,azureassignedidentities -A -o yaml"),
    'For Azure Workload Identity, add the label `azure.workload.identity/use: "true"` if it is missing, and set `client-id` to the client ID of the identity that the service account is for.',
    "If the pod has the label `aadpodidbinding`, move it to Azure Workload Identity, and remove pod identity: https://learn.microsoft.com/azure/aks/workload-identity-migrate-from-pod-identity",
    "Or use `auth-type: oidc`, which needs nothing of the cluster.",
    { retries: 1 }
    // a new pod gets its identity a moment later
  ],
  "managed-identity-proxy": [
    [
      /Required metadata header not specified|\bHTTPConnectionPool\(.* url: http:|(requests\/\w+|msal\/managed_identity)\.py\):.*JSONDecodeError/,
      { signIn: "managed-identity", text: OF_PROXY },
      // IMDS gives reasons, in JSON. The others are the words of AWS, Google Cloud and Firecracker.
      {
        signIn: "managed-identity",
        host: IMDS,
        text: /status (40[03] with an empty|40[14] with an (HTML|answer that))/
      },
      { signIn: "managed-identity", text: /\bEC2ws\b|Metadata-Flavor|Server for VM|MMDS|Resource not found: \// },
      { signIn: "managed-identity", atProxy: true }
    ],
    "What answers at the address of the identity endpoint issues no tokens of Azure: a proxy or a portal (the endpoint does not work through a proxy), the metadata service of another cloud or of Firecracker, or what a variable of the job names.",
    bypass,
    ({ proxy }) => proxy ? USE_OIDC2.replace("Use", "Or use") : USE_OIDC2
  ],
  "managed-identity-request": [
    [
      /parameter is required|parameter \w+ cannot be empty|should not be null or empty|api.version ('|is invalid)|Unknown Source|audience parameter not specified|connect to MSI.*\b405\b|secret token header|Secret is not found in|: 404 page not found|WWW-Authenticate header/i,
      { signIn: "managed-identity", host: /^$/, text: /network_error|_url_malformed/ },
      // before any request
      { signIn: "managed-identity", codes: "DEPTH_ZERO* SELF_SIGNED* UNABLE_TO_* CERT_* ERR_TLS_CERT*" },
      "invalid_file_* invalid_secret platform_not_supported www_authenticate_*",
      // not the agent of Azure Arc, though it is asked
      { signIn: "managed-identity", status: [401, 402, 405, 406, 409, 411, 415, 421, 422, 423, 426], text: FINAL }
    ],
    ({ signIn: signIn2 }, { code: code2 }) => /CERT|SIGNED|UNABLE/.test(code2) ? "The runner does not trust the certificate of the identity endpoint: no authority issues that of Service Fabric, or something else answers at its address." : `The identity endpoint does not accept the request, or something else answers at its address. Usually, a variable of the job (such as \`IDENTITY_ENDPOINT\`) is that of another app, of an earlier start of this app or of another kind of endpoint, or is not a URL, but a placeholder. Pod identity (in AKS) or a proxy can answer, too.${signIn2?.type === "azure-cli" ? " An Azure CLI older than 2.67 does not know some endpoints, which a newer one and `auth-type: managed-identity` know." : ""}`,
    USE_OIDC2,
    "Or see which variables the job has, in a step with `shell: bash`:",
    run("env | cut -d= -f1 | grep -iE 'identity|imds|msi_|proxy'"),
    OWN_VARIABLES
  ],
  "managed-identity-not-listening": [
    [
      { signIn: "managed-identity", codes: "ECONNREFUSED ENOTFOUND EAI_AGAIN", text: NOT_IMDS },
      { codes: "ECONNREFUSED", text: /(MSI|\bHTTPConnectionPool)(?!.*169\.254\.169\.254)/ }
      // of the Azure CLI,
    ],
    "Nothing listens at the identity endpoint that a variable of the job (`IDENTITY_ENDPOINT`, `MSI_ENDPOINT`) names: the endpoint is still starting (at the start of a container), the app has no identity, the container is one without an endpoint (such as an init container), or the variable is wrong or that of another container.",
    "See whether the endpoint answers within a minute, whatever it says, in a step of the job with `shell: bash`. If it does, it was still starting: keep this command in front of this step. If it does not, run the runner in a main container (not an init container) of an app that has an identity:",
    run(`curl --include --noproxy '*' --retry 12 --retry-delay 5 --retry-connrefused "$IDENTITY_ENDPOINT"`),
    ...LIST_OF_APP,
    OWN_VARIABLES,
    { retries: 2 }
  ],
  "managed-identity-unavailable": [
    [
      /ManagedIdentityCredential.*(Network unreachable|unavailable)|IMDS endpoint is un|MSI endpoint is not responding|169\.254\.169\.254.*unreachable (network|host)|No Managed Identity endpoint/i,
      /(169\.254\.169\.254|\bHTTPConnectionPool).*(Max retries|Failed to establish|timed out)/,
      /Failed to connect to MSI(?!.*\b(40[03]|410|429|5\d\d|Bad Request)\b)/,
      { signIn: "managed-identity", codes: "ECONNREFUSED EHOST* ENETUNREACH ETIMEDOUT EACCES EPERM" }
    ],
    "The runner does not reach an endpoint that issues tokens for a managed identity: it is not a machine in Azure, is in an app without an identity, or runs the job in a container or a pod whose network (a network policy, a firewall) does not lead to the endpoint.",
    "See whether the endpoint answers, in a step of the job with `shell: bash`:",
    ({ host = "169.254.169.254" }) => run(`curl --max-time 10 --noproxy '*' -H Metadata:true http://${shell(host)}/metadata/versions`),
    "If it answers, run the job again. If it does not, use `auth-type: oidc`, which works on every runner, GitHub's own included. Or allow the address and port of the endpoint in the network of the container, the pod or the machine. In a container app or an App Service app, assign an identity to the app, and give the job the app's variables `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.",
    bypass
  ],
  "managed-identity-only-one": [
    [
      /Specifying a .{1,60} is not supported|Identities can only be system assigned|supports only system-assigned|User assigned identity is .{0,20}not supported/i,
      "user_assigned_managed_identity_not_confirmed user_assigned_not_available_at_runtime unable_to_create_azure_arc unable_to_create_cloud_shell"
    ],
    "The runner's host (such as Azure Arc, Azure Automation, Cloud Shell or Service Fabric) has one identity of its own. `client-id` cannot choose another one.",
    "Remove `client-id` where the job signs in. If the runner is a virtual machine of Azure, keep it, and remove `MSI_ENDPOINT`, `IDENTITY_ENDPOINT` and `IMDS_ENDPOINT` from the job's environment."
  ],
  "managed-identity-unknown": [
    [
      /Identity not found|(managed|assigned|requested) identity.{0,30}(not found|(not|n.t) (been )?(assigned|enabled|configured)|does not exist)|Identity ?Not ?(Found|Defined|Exist)|DefaultIdentity|Unable to load (the proper|requested) Managed Identity|Multiple user assigned identities|No MSI found|Failed to get MSI token|No ((User|System) Assigned|managed identit).{0,50}\bfound/i,
      { signIn: "managed-identity", status: [404], host: NOT_IMDS, text: FINAL },
      { signIn: "managed-identity", text: /status 40[03] with an (empty|.*: (Forbidden|Bad Request)$)/ },
      /HTTP status 404.*(identit.{0,60}\b(not|no|null|missing)\b|\bno\b.{0,40}identit)/i,
      "unable_to_create_source"
    ],
    identityMissing,
    listIdentities,
    (context) => `To choose a user-assigned identity, set ${whereIs("client-id", context)} to its client ID (not the object ID). A system-assigned one needs no \`client-id\`. If the host has no identity, assign one.`,
    ({ inApp }) => `${inApp ? "" : 'A pod in AKS needs the label `azure.workload.identity/use: "true"`. '}Where no identity can be assigned, use \`auth-type: oidc\`.`
  ],
  "managed-identity-refused": [
    [
      { signIn: "managed-identity", status: [400, 403], text: FINAL },
      /Failed to connect to MSI.*\b(40[03]|Bad Request)\b|40[03] Client Error.*localhost:50342|msrestazure\/.*HTTPError|^(ERROR: )?(None|4(?!29)\d\d), |not a supported MSI token audience|SSO failure/
    ],
    "The endpoint that issues the tokens of a managed identity (of a machine, an app, Cloud Shell or Azure Machine Learning) refused the request, for the reason in its message. Without a reason, usually no identity is assigned (any more), or several are and none was chosen, or the endpoint issues no tokens for PostgreSQL. If the message names the hosts of another cloud, `environment` is wrong.",
    (context, { text }) => text.includes("Supported audiences") ? selectCloud(context) : USE_OIDC2,
    "With `auth-type: azure-cli`, you can also run azure/login with the identity's `client-id` (by hand: `az login`) right before this step, with the newest Azure CLI: https://aka.ms/azure-cli",
    listIdentities
  ],
  "managed-identity-busy": [
    [
      { signIn: "managed-identity", status: ["2xx", 404, 408, 410, 429, "5xx"], text: /^(?!.*AADSTS)/ },
      { signIn: "managed-identity", status: ["4xx"], text: AGAIN },
      { signIn: "managed-identity", text: /AADSTS(90014|900144|90121|7000218)\b/ },
      { signIn: "managed-identity", codes: "unknown_error ECONNRESET EPIPE" },
      /MSI: Failed to (acquire tokens|retrieve.*(Max retries|refused|timed out|Too many))|Failed to connect to MSI.*\b(410|429|5\d\d)\b|while fetching the AAD Token|token from the Active directory|^(ERROR: )?(429|5\d\d), /
    ],
    ({ signIn: signIn2 }, { text }) => /\b429\b|throttl|too many/i.test(text) ? [
      "The identity endpoint got too many requests from this machine or app in a short time.",
      "Run the job again, and fewer jobs at the same time on this machine."
    ] : [
      `The identity endpoint of the machine or the app ${/ECONNRESET|hang up|EPIPE/.test(text) ? "closed the connection: it is starting, being updated or overloaded" : "has a fault (it is starting, being updated or overloaded), or could not get the token from Entra (the identity was deleted and created again, for example)"}.`,
      "Run the job again. If the error persists, use `auth-type: oidc`, which does not need this endpoint.",
      `Or restart the machine or the app, check that its network lets it reach Entra, or remove its identity and assign it again.${clientOf(signIn2).startsWith("<") ? "" : " Check that `client-id` is a client ID, and not an object ID."}`
    ],
    { retries: 3 }
  ]
});
function identityMissing({ signIn: signIn2 }, { text }) {
  if (/multiple/i.test(text)) return "The runner's host has several identities, and `client-id` chooses none of them.";
  if (signIn2?.type === "managed-identity" && !signIn2.clientId)
    return "`client-id` is not set, and the runner's host has no default identity: none is assigned, or only user-assigned ones.";
  return "The runner's host does not have the identity that was requested: none is assigned, or not this one, it was deleted and created again with a new ID, or `client-id` is not a client ID (but an object ID, for example).";
}
function listIdentities({ inApp }, { text }) {
  if (/Info: Request failure|SSO failure|MSI\/auth|for (Automation )?account/.test(text))
    return [
      "Assign the identity to the compute or the serverless job in Azure Machine Learning, or to the Automation account."
    ];
  if (inApp || /Unable to load|Delegated|\/msi\/token/.test(text)) return LIST_OF_APP;
  return [
    "List the identities of the machine, or of its scale set (the nodes of AKS are one). To assign one, write `assign` instead of `show`, and add `--identities <identity-id>`, unless it is the machine's own:",
    run(az("vm identity show", { ...APP, name: "<vm>" }), az("vmss identity show", { ...APP, name: "<scale-set>" }))
  ];
}

// src/diagnosis/postgres.ts
var import_node_net2 = require("node:net");

// src/model/entra-label.ts
var PRINCIPAL_TYPES = ["service", "user", "group"];
var LABEL_PROVIDER = "pgaadauth";
var RESOLVED_PROVIDER = "pgaadauth-int";
var ENTRA_DATABASE = "postgres";
var AZURE_ADMIN = "azure_pg_admin";
function readEntraLabel(label2) {
  const entries = new Map(label2.split(",").map((part) => part.split("=", 2)));
  const guid = (key) => entries.get(key)?.match(GUID)?.[0].toLowerCase();
  const [objectId3, tenantId2] = [guid("oid"), guid("tenant_id")];
  const type = PRINCIPAL_TYPES.find((each) => each === entries.get("type"));
  if (objectId3 === void 0 || type === void 0) return void 0;
  return { objectId: objectId3, type, tenantId: tenantId2 };
}
function entraLabel({ objectId: objectId3, type, admin, mfa }) {
  return `aadauth,oid=${objectId3},type=${type}${admin ? ",admin" : ""}${mfa ? ",mfa" : ""}`;
}
var GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// src/text/near.ts
function didYouMean(wanted, candidates) {
  const near = nearest(wanted, candidates);
  return near === void 0 ? EMPTY : sentence`Did you mean ${code(near)}?`;
}
function aboutNames(...names3) {
  const isList = names3.some((each) => each.includes(","));
  return inOurWords(`Names are case-sensitive${isList ? ", and a comma does not separate them" : ""}.`);
}
function nearest(name3, candidates) {
  const all2 = [...candidates];
  const within2 = (slips) => (candidate) => (slips < 2 || candidate.length >= 6) && isNear(name3.toLowerCase(), candidate.toLowerCase(), slips);
  return all2.find(within2(0)) ?? all2.find(within2(1)) ?? all2.find(within2(2));
}
function isNear(a, b, slips) {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  if (restA === restB) return true;
  if (slips === 0) return false;
  const isSwapped = restA[0] === restB[1] && restA[1] === restB[0];
  return isNear(restA.slice(1), restB.slice(1), slips - 1) || isNear(restA.slice(1), restB, slips - 1) || isNear(restA, restB.slice(1), slips - 1) || isSwapped && isNear(restA.slice(2), restB.slice(2), slips - 1);
}

// src/diagnosis/postgres.ts
var listAdmins = (context) => azOnServer("microsoft-entra-admin list", context, { query: "[].{user:principalName, oid:objectId}" });
var APPLICATION = { "display-name": "<name>", type: "ServicePrincipal" };
var PARAMETER = /(?:parameter|increase|exceeds) "?([\w.]*\w)/;
var setParameter = (context, { text }) => azOnServer("parameter set", context, { name: text.match(PARAMETER)?.[1] ?? "<parameter>", value: "<value>" });
var objectId = ({ token }) => claim(token, "oid") ?? "<object-id>";
var label = ({ token }) => quoteLiteral(`aadauth,oid=${objectId({ token })},type=${claim(token, "idtyp") === "user" ? "user" : "service"}`);
var REACH_ENTRA = "If the server is in a virtual network, let it reach the service tag `AzureActiveDirectory`.";
var afterRestart = (context) => [
  "Run the job again when the server is `Ready`, or accepts connections:",
  context.host && !/\.postgres\.database\./.test(context.host) ? run(`pg_isready --host ${shell(context.host)} --port ${context.port ?? 5432}`) : azShow(context, "{state:state, role:replicationRole}")
];
var growStorage = (context, { code: code2 }) => [
  `${code2.startsWith("25") ? "If `source` is `configuration file`, enlarge the storage, which is nearly full" : "Enlarge the storage"} (on Azure in GiB; it cannot be shrunk later), and run the job again:`,
  azServer("update", context, { "storage-size": "<gib>", "storage-auto-grow": "Enabled" })
];
var TO_PRIMARY = "set `host` to the primary, or to the virtual endpoint `<name>.writer.postgres.database.azure.com`. `mode: check` also works on a replica.";
var IN_RECOVERY = /recovery|standby/i;
var readOnly = (context, symptom) => [
  "The server is a read replica, Azure made it read-only because its storage is nearly full, or `default_transaction_read_only` is set for the role or the database.",
  "See which it is, with psql as `user`:",
  run("SELECT pg_is_in_recovery(), source FROM pg_settings WHERE name = 'default_transaction_read_only';"),
  `If \`pg_is_in_recovery\` is \`t\`, ${TO_PRIMARY}`,
  ...growStorage(context, symptom),
  "If `source` is `user`, `database` or `database user`, reset the setting of the role or the database:",
  run(
    'SET default_transaction_read_only = off; ALTER ROLE "<user>" RESET default_transaction_read_only; -- or ALTER DATABASE "<database>" RESET \u2026'
  )
];
var raiseLimit = (context) => [
  "Or raise the server's limit. The new one takes effect after a restart, and a larger compute size has memory for more:",
  azOnServer("parameter set", context, { name: "max_connections", value: "<number>" })
];
var letLogIn = (text) => run(`ALTER ROLE ${identifier(roleIn(text), "<role>")} LOGIN;`);
var LIST_PRINCIPALS = run("SELECT * FROM pg_catalog.pgaadauth_list_principals(false);");
var LIST_ROLES = [
  "Look up the role's name. If the role of an Entra identity is not there, create it with the action in `principal/`:",
  run("SELECT rolname FROM pg_roles ORDER BY rolname;")
];
var ABOUT_TOKEN = { codes: "28000 28P01", text: /^[^"\u00ab\u00bb\u201e]*\b(tokens?|claims?|JWT|AAD_AUTH_\w+)\b/i };
var POOLER_REASONS = {
  "It accepts no password as long as this token. The token of an application is shorter than that of a user.": /password too|too large|partial pkt/,
  "It does not accept this parameter at the start of a session (`ignore_startup_parameters`).": /startup parameter|command-line option|support the option/,
  "Its pool mode shares connections. `pool_mode = session` does not.": /prepared|cached plan|transaction|portal|bind message|pooling|frontend message/,
  "It asks for a client certificate, which this action does not send.": /certificate(?! verify)/,
  "PostgreSQL itself refuses it, for the reason in the message. PgBouncer repeats that for a time (`server_login_retry`).": /cached error: (?!.*(password|SASL|auth|not exist|hba))/i,
  "It, or the server behind it, does not allow this user, database or address.": /hba|host based|no authentication method|blocked|banned|allow_list|login rejected|permission/i,
  "Its configuration has no such database, or not for this user.": / route |pool config|No pool|database(?! c)/,
  "It, or the server behind it, has no such user.": /no such user|incorrect user|\brole\b|not contain an entry/i,
  "It, or the server, expects a different password, or cannot check a token.": /password|SASL|SCRAM|md5|auth[e ]/i,
  "Its log says more: usually its databases, users or pool mode do not fit, or its servers differ.": /^/
};
var poolerRefused = (_context, { text }) => `A connection pooler is the cause, not PostgreSQL itself. ${reasonIn(withoutNames(text), POOLER_REASONS)}`;
var SIGN_IN_REASONS = {
  "The server, or a pooler in between, asks for a client certificate, which this action does not send. A flexible server of Azure asks for none, so `host` leads to a different one.": /client certificate|^certificate/,
  "The server, or a pooler in between, asks for another way to sign in (peer or ident), or checks passwords by LDAP, PAM or RADIUS, which do not know the user or the password. A flexible server of Azure uses only passwords and Entra tokens.": /\b(Ident|Peer|LDAP|PAM|RADIUS|GSSAPI|SSPI|BSD|OAuth)\b|authenticated user name/i
};
var refused = byItsWords("The server refuses this sign-in", "an entry of its `pg_hba.conf`, not Azure's firewall");
var SCHEMA = /\b(sch[e\u00e9]mas?|schematu?|esquema|skema) |(\u30b9\u30ad\u30fc\u30de|\u0441\u0445\u0435\u043c[\u0430\u0435\u0438\u044b]|\u6a21\u5f0f) |\u10e1\u10e5\u10d4\u10db\u10d0|\u015femas\u0131n|\uc2a4\ud0a4\ub9c8\(/i;
var LIMITS = [
  "Run the job again when the server is less busy. If the error persists, see in psql what the server does while the job runs, and where a limit is set (`source`) that is not this action's own:",
  run("SELECT query FROM pg_stat_activity;\nSELECT name, setting, source FROM pg_settings WHERE name ~ 'timeout';"),
  "Raise the limit in the server's parameters if the source is `configuration file`. If it is `user` or `database`, reset it:",
  run('ALTER ROLE "<user>" RESET <name>;\nALTER DATABASE "<database>" RESET <name>;')
];
var POOLER_LIMIT = "Or raise the limit in PgBouncer (`idle_transaction_timeout`, for example). Some limits of Azure's PgBouncer are parameters of the server, such as `pgbouncer.query_wait_timeout`.";
var NAMED = /.*\b(relation|table|view|sequence|function|schema|database) "?(?:\w+\.)?([^"(]{1,63})(?:"?$|\(|" )/;
var named = (text, unknown) => identifier(text.match(NAMED)?.[2], unknown);
function lookUp2(text) {
  const [, kind = ""] = text.match(NAMED) ?? [];
  const commands = Object.entries(SHOW).filter(([kinds]) => kinds.includes(kind));
  return commands.map(([, command]) => command + named(text, "<name>")).join("\n");
}
var schemaNotPermitted = ({ user }, { text }) => [
  "SQLSTATE 42501 (insufficient privilege): `user` lacks USAGE on the schema, or, to grant a privilege on the schema itself, is not its owner and holds no grant option.",
  "Let the schema's owner, which `\\dn` in psql shows, grant the privilege. Azure gives `public` to `azure_pg_admin`, the server's administrators:",
  run(`GRANT USAGE ON SCHEMA ${named(text, "<schema>")} TO ${identifier(user, "<user>")} WITH GRANT OPTION;`)
];
var ownerNotUser = (text) => [
  "SQLSTATE 42501 (insufficient privilege): `user` has to be the owner of the object or a member of the owner's role that inherits its privileges or can `SET ROLE` to it, or hold the grant option. On Azure, an administrator does not own other roles' objects either.",
  "See in psql who owns it. If that is `azuresu` or another superuser of the provider, as for the objects of some extensions, no login of yours can grant privileges on it: name it in `exclude`.",
  run(lookUp2(text))
];
var SHOW = { "relation table view sequence": "\\dtvmsE *.", function: "\\df+ *.", schema: "\\dn ", database: "\\l " };
var A_ROLE = /^(?!.*(authentication|\b(Ident|Peer|LDAP|PAM|RADIUS|GSSAPI)\b|pg_hba)(?![-\w]{0,62}["\u00bb\u201c])).*["\u00ab\u00bb\u201e]/i;
var ACT_AS = /default privileges|role "/i;
var NAME_IN_OTHER_LANGUAGE = /^(?!.*\b(?:permission|must|only|cannot|not|new)\b).*?["\u00ab\u00bb\u201e]\s?([^"\u00ab\u00bb\u201e\u201c]+?)\s?["\u00ab\u00bb\u201c]/i;
var ROLE_IN_OTHER_LANGUAGE = /(Roll[ei]\w*|r\u00f4le|rol[\u0105i]?|ruolo|papel|role\)|\u0440\u043e\u043b[\u044c\u0438\u0456]|\u0440\u043e\u043b\u043b?\u044e|\u30ed\u30fc\u30eb|\u89d2\u8272|\u10e0\u10dd\u10da\S*) ?\(?["\u00ab\u00bb\u201e]|["\u00bb\u201c] ?(rol|\ub864)/i;
var NOT_PERMITTED_TO_LOG_IN = /^role ".*" is not permitted to log in|(Einloggen|conectar(se)?|se connecter|il login|logga in|\u30ed\u30b0\u30a4\u30f3\u304c\u8a31\u53ef\u3055\u308c\u307e\u305b\u3093|\u10e8\u10d4\u10e1\u10d5\u10da\u10d8\u10e1 \u10e3\u10e4\u10da\u10d4\u10d1\u10d0 \u10d0\u10e0 \u10d0\u10e5\u10d5\u10e1: .*|\uc811\uc18d\uc744 \ud5c8\uc6a9\ud558\uc9c0 \uc54a\uc74c|\u0432\u0445\u043e\u0434 \u0437\u0430\u043f\u0440\u0435\u0449\u0451\u043d|\u0432\u0445\u0456\u0434 \u043d\u0435 \u0434\u043e\u0437\u0432\u043e\u043b\u0435\u043d\u0438\u0439|\u8fdb\u884c\u767b\u5f55)$/;
var NOT_ENCRYPTED = /^(?!.*server login)(?=.*pg_hba)(.*SSL (off|\u5173\u95ed)|(?!.*(SSL|GSS)).*(encr|schl\u00fcssel|chiffr|cifr|cript|crittogr|krypt|szyfr|\u015fifre|\u0448\u0438\u0444\u0440|\u6697\u53f7|\u52a0\u5bc6|\uc554\ud638\ud654|\u10d3\u10d0\u10e8\u10d8\u10e4\u10d5\u10e0))/i;
var ALLOW_WITHOUT_TLS = "The server is your own, because it sees a loopback address. Add an entry `host` for this address, user and database to its `pg_hba.conf`, and reload it, or turn on TLS there (`ssl`) and remove `ssl-mode`.";
var TLS_IN_TUNNEL = [
  "Set `host` to the server's full name, remove `ssl-mode`, and let that name lead to the tunnel, in a step before this one (on Linux):",
  run("echo '127.0.0.1 <server>.postgres.database.azure.com' | sudo tee --append /etc/hosts"),
  "If you cannot, set `ssl-mode: verify-ca`, which does not check the server's name."
];
var DATABASE = /(databas\w*|Datenbank|(banco|base) de (dados|datos|donn\u00e9es)( inv\u00e1lido| no v\u00e1lida)?|baz[ay]( danych)?|\u30c7\u30fc\u30bf\u30d9\u30fc\u30b9|\u6570\u636e\u5e93|\u0431\u0430\u0437[\u0430\u0435\u0438]( \u0434\u0430\u043d\u0438\u0445)?|\u10d1\u10d0\u10d6\u10d0\S*:?)\s?[\u00ab\u00bb"]|" (\ub370\uc774\ud130\ubca0\uc774\uc2a4|veritaban\u0131)/;
var RAISED = [
  "Code in the database that runs with the statement or at the sign-in, such as an event trigger, or a function or an extension (Citus, TimescaleDB) that it calls, refused it or has the fault that the message names. A pooler in between can also set a parameter at the start of each session to a value that the server does not accept.",
  (context, { text }) => /for parameter "\S+: "/.test(text) ? pastPooler(context) : [],
  "See in psql which event triggers there are, and which server answers. If the server refuses this sign-in, sign in as a role that the trigger lets in, such as its owner:",
  run("SELECT evtname, evtevent, evtfoid::regproc, evtowner::regrole FROM pg_event_trigger;\nSELECT version();"),
  "Do what the message says (a privilege that is missing: grant it to `user`), or let the owner of the trigger correct it, or make an exception. If there is no trigger, look for the cause in the extensions (`\\dx` in psql)."
];
var POSTGRES = rulesFor("postgres", {
  "token-not-asked-for": [
    "HASH_REQUESTED",
    "The server asked for a password hash, as it does for a role that has a password. It cannot check an Entra token by its hash, so nothing was sent.",
    findRole,
    "Check that the server accepts Entra tokens:",
    (context) => azShow(context, "authConfig"),
    "To sign in with a password, set `password` and leave out `client-id` and `tenant-id`."
  ],
  "query-timed-out": [
    "QUERY_TIMEOUT",
    "The server received a query and never answered it. Its own `statement_timeout` would have ended the query earlier, so the server hangs, or something in between silently dropped the connection.",
    "Run the job again. If the error persists, look at the server's state:",
    (context) => azShow(context, "state")
  ],
  "protocol-violation": [
    [
      "PROTOCOL_VIOLATION NOT_POSTGRES",
      // Such as Kerberos, GSSAPI and SSPI: https://www.postgresql.org/docs/current/protocol-message-formats.html
      /error establishing an SSL connection|Unknown authenticationOk message type|received invalid response|unexpected \w+ message from|unknown response . for SSLRequest|unknown message code|expected authentication request/,
      /^SASL: (?!.*(client password|is missing|returned error))/,
      // PostgreSQL's own words; a pooler has others with the same SQLSTATE.
      { codes: "08P01", text: /^(?!bind|.*SCRAM auth).*(message|SCRAM|packet size|protocol synchronization)/ },
      /no (PostgreSQL )?user ?name (specified|supplied)/
    ],
    (_, { text }) => /unexpected \w+ message/.test(text) ? "An answer came to a query that this session did not send: a pooler or a proxy in between mixed up sessions, or what answers is not PostgreSQL." : "A different service listens on this port, or the server, or something in between, violated PostgreSQL's protocol or asked for a sign-in method that this action does not support.",
    pastPooler,
    ({ port: port2 }) => `Check \`host\`${port2 === 5432 ? "" : " and `port` (PostgreSQL's is 5432)"}, then run the job again.`
  ],
  "cluster-node": [
    /while executing command on|connection (to the remote|establishment for) node/,
    "Another node of the cluster does not answer, or refuses the statement or the sign-in, for the reason in the message: often a role or a privilege is missing there, or its PostgreSQL or its Citus has another version. Nodes sign in to each other as the role that acts.",
    (_, { text }) => / to log in/.test(text) ? ["Let the role log in:", letLogIn(text)] : [],
    (_, { text }) => /^connection(?!.*FATAL)/.test(text) ? "Run the job again." : [],
    "See which nodes answer, and what differs between them, as an administrator of the cluster: the version, or with another statement the roles (`pg_roles`) or privileges. Create or grant in this way what is missing on a node:",
    run("SELECT * FROM run_command_on_all_nodes('SHOW server_version');"),
    "If the nodes cannot sign in to each other, correct their `pg_hba.conf`, or the passwords in `pg_dist_authinfo`. If a node is behind, update it. If none is, update Citus, or open a support request for the cluster in the Azure portal."
  ],
  "token-in-password": [
    { ...ABOUT_TOKEN, signIn: "password" },
    "The role is an Entra role, which requires a token. `password` is not a token, not a complete one, or one that has expired or is for something else.",
    "Remove `password`, and sign in to Entra: `auth-type: oidc`."
  ],
  "token-expired": [
    /access token (has|is) expired|^[^"]*(\btoken\b.*(expired|not (yet|anymore) valid|lifetime)|\b(exp|nbf) claim)/i,
    "The token was not valid at the time when the server checked it, and neither was a second one: the Azure CLI or the identity's endpoint gave an old token, perhaps because the runner's clock is wrong.",
    "Run the job again: it has to sign in again.",
    ...CHECK_CLOCK,
    tokenClaims,
    { retries: 1 }
  ],
  "token-audience": [
    [{ codes: "28000 28P01", text: /^[^"]*(token.*|\b)(audience|aud claim)\b/i }, /access token .*audience claim/i],
    "The token is for another resource, usually another cloud's, or `host` leads to another kind of server.",
    (context, { text }) => /cosmos/.test(text) ? [] : [...tokenClaims(context), ...selectCloud(context)],
    "Set `host` to a flexible server of Azure Database for PostgreSQL. A cluster of Azure Cosmos DB needs another token."
  ],
  "token-group": [
    /does not contain group/i,
    "`user` is a group, and the identity that signed in is not a member of it, or was not a member when its token was issued.",
    "Add the identity to the group:",
    (context, { text }) => az("ad group member add", { group: text.match(/ID (.{36})/)?.[1] ?? "<group>", "member-id": objectId(context) }),
    "Run the job again in a few minutes. A managed identity can keep a token without the new group for 24 hours: until then, give it a role of its own with the action in `principal/`.",
    tokenClaims
  ],
  "token-identity-mismatch": [
    /oid mismatch for role/i,
    "The role is bound to another object ID: the identity was deleted and created again, or the role was created with the application's ID instead of its service principal's.",
    tokenClaims,
    "If `user` is the role that you mean, bind it to the identity that signs in, as an Entra administrator in database postgres. The label of an administrator ends in `,admin`:",
    (context) => run(`SECURITY LABEL FOR "pgaadauth" ON ROLE ${identifier(context.user, "<user>")} IS ${label(context)};`)
  ],
  "token-role-type": [
    /AAD_AUTH_TOKENTYPE_APP_/,
    "`user` and the token are of different kinds: a service principal's token cannot sign in as a user's role, and a user's token cannot sign in as a service principal's role.",
    findRole
  ],
  "token-invalid": [
    ABOUT_TOKEN,
    (_, { text }) => /(server's|the) tenant\b/.test(text) ? "The token is from a different tenant than the server's, or its application has no service principal there." : "The token that reached the server is not valid: it is from a different tenant than the server's, its application has no service principal there, or it was truncated or changed on the way.",
    ({ signIn: signIn2 }) => `${signIn2 && "tenantId" in signIn2 ? "Set `tenant-id` to" : "Sign in to"} the server's tenant:`,
    (context, { text }) => tenantIn(text) ?? azShow(context, "authConfig.tenantId"),
    tokenClaims,
    "If that is the token's tenant (`tid`), create the application's service principal there:",
    ({ signIn: signIn2 }) => az("ad sp create", { id: clientOf(signIn2) }),
    (_, { text }) => /(server's|the) tenant\b/.test(text) ? [] : REACH_ENTRA
  ],
  "tls-required": [
    [NOT_ENCRYPTED, /^(?!.*(cached|SSL,)).*((SSL|TLS).{0,14} required|(requires|only) TLS|connection is insecure)/i],
    "The server accepts only connections with TLS.",
    (context, { text }) => {
      if (context.tls && context.tls.mode !== "disable") return pastPooler(context);
      return /host "(127\.|::1)/.test(text) ? ALLOW_WITHOUT_TLS : TLS_IN_TUNNEL;
    }
  ],
  "pooler-sign-in": [
    [
      { codes: "28000 28P01 3D000", text: /^(odyssey:|\(E[A-Z]+\))/ },
      {
        codes: "08* 58000 XX000",
        text: /^(?!.*(\bEntra\b|AAD |Azure AD|Active Directory|timed out|backends are down|circuit)).*(auth(enticat| failed)|SASL|SCRAM|\bmd5\b|state was|EJIT|empty password|login failed|cached error: (?!connect |server |sslreq|TLS|terminating|the database system|database .*exist|.*(too many|slots|failed)))/i
      },
      /^(?!permission denied|must be owner|relation).*(no such (user|database)|^SASL: .*(is missing|returned error)|Tenant or user not found|tenant\/user|multiple users matched|user not found in the database|No pool configured|RDS [Pp]roxy|bouncer config error|login rejected|allow_list|tenant identifier|secret format|unable to (get|decrypt) password|(from|send|no) auth_query|auth_query response|auth_dbname|pool_(hba\.conf|passwd file)|pgagroal_hba\.conf|security model for user|is wrong, or the database does not exist|wrong password type)/
    ],
    poolerRefused,
    pastPooler,
    "Or check `user`, `password` and `database`, or add what it refuses (a user, a database, an address) to the pooler's configuration (PgBouncer: `[databases]`, `auth_file`), and reload it. Azure's PgBouncer knows the roles of the server: if it is that one, set `user` to one of them."
  ],
  "sign-in-locked": [
    { codes: "28000 28P01", text: /too many (failed|log-?in|authentication|attempts)|(is|been|account) locked/i },
    "The server, or a pooler in between, refuses this user for a time, because a client signs in again and again with a wrong password or an old token.",
    "Stop the client that fails: usually an app with an old password or an expired token. The server's log names its address. Then run the job again: the server accepts the user again after a time."
  ],
  "password-refused": [
    ["28P01", /(password|SASL) authentication failed|empty password|client password must|no password supplied/i],
    (context, symptom) => byName(context, symptom) ?? passwordRefused(context, symptom)
  ],
  "login-not-permitted": [
    { codes: "28000", text: NOT_PERMITTED_TO_LOG_IN },
    "The role exists, but has the attribute NOLOGIN, as groups have.",
    "If it is a group, set `user` to a role that can log in, and make that a member of the group. Otherwise, let it log in, as an administrator of the server:",
    (_, { text }) => letLogIn(text)
  ],
  "login-role-not-found": [
    // In all languages of the server: the other texts with a name in quotes are about the way to sign in.
    { codes: "28000", text: A_ROLE },
    (context, symptom) => byName(context, symptom) ?? [
      "The server has no role with this name that can log in. Names are case-sensitive, and a Service Connector connection deployed with Bicep or ARM alone creates no role.",
      ...findRole(context, symptom)
    ]
  ],
  firewall: [
    // The name of the file is the same in all languages of the server (`lc_messages`).
    new RegExp(
      String.raw`^(?!.*(server login|could not load|["\u00ab\u00bb\u201e] ?${PRIVATE_RANGE})).*pg_hba\.conf|^[^"]*Client (with )?IP.*not (allowed|permitted)`
    ),
    "The server's firewall does not allow the runner's address. A new rule can take five minutes to work.",
    "A GitHub-hosted runner has a different address in each job: add the action in `firewall/` of this repository before this step (`docs/firewall.md`).",
    "For a runner that keeps its address, allow it, and run the job again:",
    (context, { text }) => azAllow(context, text.match(/[0-9a-f.:]{7,45}/gi)?.find(import_node_net2.isIP) ?? "<address>"),
    "Or use a runner in the server's network (`docs/private-network.md`)."
  ],
  "database-not-found": [
    ["3D000 57P04", /^(?!.*\brole\b).*database "?[^"]*"? does not exist/],
    ({ database = "" }) => sentence`The server has no database with this name (yet). ${aboutNames(database)}`,
    (context, { text }) => isAnother(text.match(/database "([^"]+)"/)?.[1], context.database) ? pastPooler(context) : [],
    "Set `database` to one of these:",
    (context) => isLoopback(context.host) ? run("SELECT datname FROM pg_database;") : azOnServer("db list", context, { query: "[].name" })
  ],
  "database-closed": [
    [{ codes: "55000", text: DATABASE }, /^database locale is|could not (create|open collator for) locale/],
    (_, { code: code2 }) => `This database accepts no connections: ${code2 === "55000" ? "it is a template, has `ALLOW_CONNECTIONS false`, or its `DROP DATABASE` was interrupted" : "the server's operating system does not have its locale, perhaps since an update or in a different container image"}.`,
    "See which it is, in database `postgres`. If it is the rest of a `DROP DATABASE` (limit -2), drop it again. If not, set `database` to one that allows connections:",
    run("SELECT datname, datistemplate, datallowconn, datconnlimit, datcollate FROM pg_database;"),
    "Or, if `datallowconn` is false, let its owner allow connections again:",
    ({ database }) => run(`ALTER DATABASE ${identifier(database, "<database>")} ALLOW_CONNECTIONS true;`)
  ],
  "database-owner-role": [
    { codes: "0A000 0LP01 42501 XX000", text: /"pg_database_owner"/ },
    "This is a rule of PostgreSQL: `pg_database_owner` has one member, the owner of the database. No GRANT can add another, or make it a member of a different role.",
    "Set `user` to the owner of the database, and grant the privileges of `pg_database_owner` themselves. To see the owner:",
    run("SELECT datdba::regrole FROM pg_database WHERE datname = current_database();")
  ],
  "connect-not-granted": [
    // The quotes tell it from GRANT's error.
    { codes: "42501", text: new RegExp(`^(?![^"\xAB\xBB\u201E]*temp).*(${DATABASE.source})|does not have CONNECT privilege`) },
    "`user` has no CONNECT privilege on this database.",
    "Grant the privilege, as the database's owner:",
    ({ user, database }) => run(`GRANT CONNECT ON DATABASE ${identifier(database, "<database>")} TO ${identifier(user, "<user>")};`)
  ],
  "no-connection-slots": [
    [
      { codes: "53300", text: /^(?!pgpool|connection refused|server failover)/ },
      /too many (clients already|connections|active clients)|connection slots are reserved|no more connections allowed|max (clients|pools count) reached|client connections (exceeded|reached)|\bmax_(client|user|db)_connections( |$|\))|query_wait_timeout|too many servers/
    ],
    (_, { text }) => `All connections are in use that ${/connections for |["\u201e\u00ab](?!pg_)/.test(text) ? "the `CONNECTION LIMIT` of the role or the database allows" : "the server, or its PgBouncer, accepts. Small servers accept only a few dozen"}.`,
    (context, { text }) => {
      const [, kind, limited] = text.match(/connections for (role|database) "(.+)"/) ?? [];
      if (kind === void 0) return context.port === 5432 || /already|reserved/.test(text) ? [] : pastPooler(context);
      return [
        `Raise the limit of this ${kind}, as an administrator (one job uses up to 4 connections; -1 is no limit):`,
        run(`ALTER ${kind.toUpperCase()} ${identifier(limited, "")} CONNECTION LIMIT <number>;`)
      ];
    },
    "Run the job again when fewer clients are connected. Run fewer jobs at the same time.",
    "When a connection is free again, see which clients hold the others, with psql:",
    run("SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;"),
    (context, { text }) => /connections for /.test(text) ? [] : raiseLimit(context),
    { retries: 4 }
  ],
  "server-restarting": [
    [
      { codes: "57000 57P01 57P02 57P03", text: /^(?!.*Hot standby)/ },
      /must be superuser to connect|the database system is (starting up|shutting down|in recovery mode|not (yet )?accepting connections(?!\.? Hot))|database (configuration changed|removed)|shut(ting)? down|being drained|due to administrator command|admin forced disconnect|suspend_timeout|server (idle timeout|lifetime over)/i
    ],
    (_, { code: code2 }) => `The server is starting, stopping or restarting, recovering after a crash, failing over or being upgraded${code2 === "57P03" ? "" : ", or an administrator ended the session"}.`,
    afterRestart,
    "If an Azure server is not `Ready` after half an hour, look at its log and `Resource health` in the Azure portal. If it is `Stopped`, start it:",
    (context) => azServer("start", context),
    { retries: 4 }
  ],
  "pooler-cannot-connect": [
    /^(?!permission denied|must be owner|relation|role ).*(server login has been failing|pgbouncer cannot connect to server|server conn crashed|client_login_timeout|server_login_retry|server_connect_timeout|server (DNS lookup failed|refused SSL)|sslreq|TLS startup|receiving data from server|connection pool for .* is down|checkout timeout|pool is banned|EAUTHTIMEOUT|ECIRCUITBREAKER|[Cc]ircuit breaker|EPOOL(CH|T)|EPROXY|ESUBSCRIBE|EWORKER|^(connect failed|cannot connect|connect timeout|connection refused)$|AllServersDown|Pool down for|ECHECKOUT|checkout failure|Unable to check out|DbHandler exited|EDBHANDLEREXITED|all backend(s| nodes) are down|remote server|suitable host|connect to backend|DB node \d|create a backend (\d+ )?connection|failover_on_backend|^server failover|waiting to acquire database connection)/,
    "The connection pooler cannot connect to PostgreSQL at the moment, or blocks connections for some minutes because others failed: PostgreSQL is restarting, failing over, full or refusing the sign-in, or the pooler has a wrong address of it.",
    (context, { text }) => {
      const steps = [afterRestart(context), pastPooler(context)];
      return (/DNS|SSL|sslreq|TLS|authreq/.test(text) ? steps.reverse() : steps).flat();
    },
    "Or see why in the pooler's log, and check its servers.",
    { retries: 2 }
  ],
  "authentication-time-out": [
    /canceling authentication due to timeout|^authentication timed out/i,
    "The server did not finish checking the sign-in in time: it is overloaded, or cannot reach Entra.",
    "Run the job again.",
    ({ signIn: signIn2 }) => signIn2?.type === "password" ? [] : REACH_ENTRA,
    { retries: 1 }
  ],
  "server-time-out": [
    ["57014 25P03 25P04 57P05 72000", /^(query|transaction|idle transaction|client_idle|pool statement)[ _]timeout$/],
    "The server, or a pooler in between, ended the statement or the session because of a time limit that the message names (for a statement, this action itself sets 60 seconds), or someone cancelled it.",
    (context, { text }) => /^(\w+ )?\w+[ _]timeout$/.test(text) ? [...pastPooler(context), POOLER_LIMIT] : LIMITS
  ],
  "privileges-full": [
    { codes: "54000", text: /row is too big|\b8160\b/ },
    "The list of the roles that hold privileges on a table, view, sequence or column is full: PostgreSQL keeps it in one row of 8 kB.",
    "Revoke the privileges of roles that are no longer used (`\\dp <table>` in psql lists all roles), or grant to a group role whose members they become (`GRANT <group> TO <role>;`)."
  ],
  wraparound: [
    /not accepting commands.*wraparound|multixact "members" limit/,
    "The server has run out of transaction IDs and accepts no changes until it is vacuumed.",
    "See what holds VACUUM back, as an administrator. End the oldest sessions (`pg_terminate_backend`) and the prepared transactions (`ROLLBACK PREPARED`), and drop slots that nothing reads any more (`pg_drop_replication_slot`):",
    run("SELECT pid, xact_start FROM pg_stat_activity;\nTABLE pg_prepared_xacts;\nTABLE pg_replication_slots;"),
    "Then vacuum the database that the message names (`VACUUM (VERBOSE);` in psql), as an administrator."
  ],
  "server-limit": [
    ["53000 53200 53400 NO_PROCESS", /resize shared memory|could not fork|(allocate|out of) memory|open files( in|$)/i],
    (_, { text }) => /max_locks|out of shared memory/.test(text) ? "The server's lock table is full (`max_locks_per_transaction`): a migration, or a dump of many tables, can fill it." : "The server has no memory left for this connection or statement, or another of its limits was reached.",
    // 53400 is about what one session needs.
    (_, { code: code2 }) => code2 === "53400" ? [] : "Run the job again when the server is less busy.",
    "Raise the parameter that sets the limit, or choose a larger compute size, if the error persists. A restart of the server can be necessary:",
    setParameter,
    { retries: 2 }
  ],
  "disk-full": [["53100", /No space left on device|Disk quota exceeded/], "The server's storage is full.", growStorage],
  "data-damaged": [
    ["XX001 XX002 58030", /status of transaction|^could not .*: Perm|catalog is missing|"(base|global|pg_\w+)\//],
    "A data file of the server is damaged or cannot be read.",
    "Open a support request in the Azure portal, or restore the server there to a time before the damage. Of a server of your own, check that the data directory (of a container: the volume) is the right one and readable for the server's user, and restart the server."
  ],
  "read-only": [
    [
      "25006",
      /conflict with recovery|during recovery|recovery is in progress|read-write mode inside a read-only|in a hot standby|Hot standby mode/
    ],
    (context, symptom) => IN_RECOVERY.test(symptom.text) ? "The server is a read replica." : readOnly(context, symptom),
    (_, { text }) => /conflict with/.test(text) ? "Run the job again: a change of the primary ended the query." : [],
    (_, { text }) => IN_RECOVERY.test(text) ? `To write, ${TO_PRIMARY}` : []
  ],
  "concurrent-change": [
    [
      "40* 42710 55006 55P03",
      { codes: "23505", text: /"pg_\w+_index"/ },
      /concurrently (updated|deleted|dropped)|with OID \d+|role OID|cache lookup failed|could not find tuple|(catalog|schema) version mismatch/i
    ],
    "Another session, such as a migration or another run of this action, changed the same object at the same time, or held a lock on it for too long.",
    "Run the job again, after the migrations and not at the same time: it continues where it stopped.",
    "If it happens again, let such jobs run one after another (`concurrency` of the workflow), and see who holds up others while the job waits:",
    run("SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0;")
  ],
  "library-not-found": [
    /could not (access file|load library|find function .* in file)|shared_preload_libraries|must be preloaded|incompatible library|access to library|library version|PGC_POSTMASTER|outside shmem_request_hook|redefine parameter/,
    "The library that the message names is not on the server, does not have the version of the extension that needs it, or has to be loaded when the server starts (`shared_preload_libraries`).",
    "Look in psql which setting names the library, as an administrator, and in another database if this sign-in fails:",
    run("\\drds\nSHOW shared_preload_libraries;\nSHOW session_preload_libraries;\nSHOW local_preload_libraries;"),
    "If the message is about the start of the server or `shared_preload_libraries`, add the library to this parameter (in the Azure portal: `Server parameters`), and restart the server.",
    "If a setting names it, correct that (quotes around each name, not around the list), or reset it, on the server in `Server parameters`:",
    run('ALTER ROLE "<role>" RESET <setting>;'),
    "If none does, update the extension, install the library that it needs (in a container: in the image), or drop the extension:",
    run('ALTER EXTENSION "<name>" UPDATE;')
  ],
  "name-encoding": [
    "22021 22P05",
    "A name cannot be converted between UTF-8 and the encoding of this database. All databases of a server share the names of roles, stored as bytes in the encoding of the database in which each role was created.",
    "In a database with the encoding UTF8 (`\\l` in psql lists them), list the roles whose names are not plain ASCII. Rename these roles there and, in a database with the encoding SQL_ASCII, the objects whose names are not valid UTF-8:",
    run("SELECT rolname FROM pg_roles WHERE rolname ~ '[^ -~]';")
  ],
  // Whatever SQLSTATE it is, SQL runs at a sign-in only in code. Azure's own refusals name Entra.
  "raised-at-sign-in": [{ codes: "22* 23* 3F* 42* 55P02 P0*", text: /^(?!.*(Entra|AAD))/, fatal: true }, ...RAISED],
  "pgaadauth-not-here": [
    /function (pg_catalog\.)?pgaadauth_\w+\(.*\) does not exist|security label provider|(Entra|Azure AD|AAD|Active Directory)( ID)? authentication.{0,40}(not (enabled|supported|configured)|disabled)/i,
    "Entra authentication is not enabled on this server, or `host` does not lead to a flexible server of Azure. The functions and the security label of `pgaadauth` are in database `postgres` only.",
    "Enable Entra authentication, if it is not enabled. The server restarts:",
    (context) => azServer("update", context, { "microsoft-entra-auth": "Enabled" })
  ],
  "principal-exists": [
    /Updating an existing principal isn.t supported/,
    "This identity already has a role on the server. An identity is either an administrator of the server or a plain role, never both.",
    "Find the role of the identity, as an Entra administrator in database `postgres`:",
    LIST_PRINCIPALS,
    "Use that role. Or drop it, as a member of both roles, and create the new one. The first two lines are for each database:",
    run('REASSIGN OWNED BY "<role>" TO "<new-owner>";\nDROP OWNED BY "<role>";\nDROP ROLE "<role>";')
  ],
  "citus-worker": [
    /operation is not allowed on this node|Citus worker|(from|to) the coordinator/,
    "This is a worker of an elastic cluster. Roles and privileges are changed on its coordinator, which passes them on.",
    ({ port: port2 }) => `Set \`host\` to the server's own name${port2 === 5432 ? "" : " and `port: 5432`"}: the coordinator.`
  ],
  "entra-principal-type": [
    /incorrect object type/,
    "The identity with this object ID is not of the `type` that the server was given.",
    "Set `type` to its actual type. Or, if you mean an identity of another type, correct `object-id`:",
    (_context, { text }) => run(`type: ${text.match(/actual object type: '(user|group|service)'/)?.[1] ?? "<type>"}`),
    'If both are right, create the role by SQL if it is missing (`CREATE ROLE "<role>" LOGIN;`), and bind it, as an Entra administrator in database `postgres`:',
    run(`SECURITY LABEL FOR "pgaadauth" ON ROLE "<role>" IS 'aadauth,oid=<object-id>,type=<type>';`)
  ],
  "entra-principal-not-found": [
    /Could not validate (AAD|Microsoft Entra)|not found in the tenant|name isn't unique|(trying|failed) to validate (user|principal)|Microsoft Graph|failed to create .{0,20}principal|\bprincipal .*(not (exist|found)|invalid)/i,
    (_, { text }) => /unexpected error/.test(text) ? "The server could not check the identity in Entra, and does not say why. The fault passes by itself, the network of the server does not let it reach Entra, or the object ID is not right." : "The server does not accept the identity, for the reason in its message. Usually the `type` or the object ID (or, without one, the display name) is not that of exactly one identity in the server's tenant, or the server cannot ask Entra.",
    (_, { text }) => /unexpected error/.test(text) ? ["Run the job again in a few minutes.", REACH_ENTRA] : [],
    (_, { text }) => /type is/.test(text) ? "Set `type`: a managed identity is a `service`, too." : [],
    "Set `object-id` to the object ID of the service principal or managed identity in the server's tenant, which is not that of the app registration:",
    az("ad sp show", { id: "<client-id>", query: "{name:displayName, oid:id}" }),
    "For a group, set `type: group` and this object ID:",
    az("ad group show", { group: "<group>", query: "{name:displayName, oid:id}" }),
    "If the ID and the type are right, the server's own service principal may be missing in the tenant. Create it, as an administrator of the tenant:",
    az("ad sp create", { id: "5657e26c-cc92-45d9-bc47-9da6cfdb4ed9" })
  ],
  "role-not-found": [
    // 22023 is that of SET ROLE.
    { codes: "42704 22023", text: new RegExp(`^role "|^(?!.*not exist).*(${ROLE_IN_OTHER_LANGUAGE.source})`, "i") },
    "The server has no role with this name. It is misspelt (names are case-sensitive), or was not created. A Service Connector connection deployed with Bicep or ARM alone creates no role.",
    withoutServer,
    ...LIST_ROLES
  ],
  "object-not-found": [
    [
      "42P01 42883 3F000",
      { codes: "42704", text: /^(?!.*configuration parameter)/ },
      { codes: "42703", text: /^(?!record )([^"\u00ab\u00bb]*["\u00ab\u00bb]){4}/ }
      // a column and its table, in each language of the server
    ],
    "Nothing with this name is there: it was dropped or renamed meanwhile, or never created (names are case-sensitive). Or code in the database, such as an event trigger, uses it without its schema.",
    "Look for it in this database with psql. If the name is one of PostgreSQL's own, another product answers, as `version()` shows:",
    (_, { text }) => run(lookUp2(text), "SELECT version();"),
    "If it is not there, run the job again after the migration that creates it. If it is there, write its schema in the code that uses it, because this action sets `search_path` to pg_catalog."
  ],
  "catalog-not-readable": [
    { codes: "42501", text: /denied for (table|view) "?pg_(?!authid|shadow|statistic|large|user_m|hba)/ },
    "PUBLIC can read this catalog by default, and this action needs it: the privilege was revoked.",
    "On Azure, open a support request for the server: only Microsoft can grant it again. Elsewhere, grant it as a superuser:",
    ({ user }, { text }) => run(`GRANT SELECT ON ${text.match(/pg_\w+/)} TO ${identifier(user, "<user>")};`)
  ],
  "restricted-role": [
    {
      codes: "42501 0A000 XX000",
      text: /(?<!(denied for|owner of) \w+ )(?<!")super[- ]?(us|ut|u\u017c)|\u0441\u0443\u043f\u0435\u0440\u043f\u043e\u043b\u044c\u0437|\u0441\u0443\u043f\u0435\u0440\u043a\u043e\u0440\u0438\u0441\u0442|\u30b9\u30fc\u30d1\u30fc\u30e6\u30fc\u30b6|\u8d85\u7ea7\u7528\u6237|\uc288\ud37c\uc720|\u10d6\u10d4\u10db\u10dd\u10db\u10ee\u10db\u10d0\u10e0|restricted role|is a system catalog|session authorization|pg_write_all_data|azure_pg_admin from|(for|to set) (configuration )?parameter|owner of (extension|language)|(for|owner of) (schema|table|view|function|language) "?(pg_|c\b|information_schema|columnar|citus|_timescaledb|spatial_ref_sys|cron\b|job\b|job_run_details)|(system|internal|reserved|protected|managed|privileged) roles?\b|roles? cannot be |role "[^"]+" is (reserved|protected)/i
    },
    "The provider of the server (on Azure: Microsoft) reserves this for its own superuser: built-in roles and catalogs, parameters, and the objects of extensions (the table of pg_cron is `cron.job`). No other login can change or grant it, not even an administrator.",
    (context, symptom) => PARAMETER.test(symptom.text) ? ["Set the parameter on the server:", setParameter(context, symptom)] : [],
    "Grant privileges on the app's own objects only: name its own schemas in `schemas`, the objects of extensions in `exclude`, and roles of your own in `user` and `grantee`, and check that `host` is the server that you mean. If the message names an object of the app, set `user` to its owner."
  ],
  "administrators-only": [
    { codes: "42501", text: /pgaadauth_|^[^"]*\b(Entra|AAD|Azure A\w+)\b.*admin|of ((the )?role )?"?azure_pg_admin/i },
    "Only administrators of the server (`azure_pg_admin`) can do this, and only Entra administrators can create Entra roles.",
    "Sign in as one of the server's Entra administrators:",
    listAdmins,
    "Or make the identity that signs in an administrator:",
    (context) => azOnServer("microsoft-entra-admin create", context, { ...APPLICATION, "object-id": objectId(context) })
  ],
  "create-role-not-permitted": [
    // "Role" without a name in the languages of the server.
    {
      codes: "42501",
      text: /denied to (create|alter|drop) (role|database)|CREATEROLE|^permission denied$|^(?!.*(["\u00ab\u00bb\u201e]|\b(permission|must|only|cannot)\b)).*(Rolle |r\u00f4le|\b(rol|roll|role|ruolo|roli)\b|\u0440\u043e\u043b[\u0438\u0456]|\u30ed\u30fc\u30eb\u3092|\u89d2\u8272|\ub864|\u10e0\u10dd\u10da)/i
    },
    "`user` lacks CREATEROLE (for a database, CREATEDB), or ADMIN OPTION on the role.",
    "Set `user` to an administrator of the server, or let one give `user` the attribute:",
    ({ user }, { text }) => run(`ALTER ROLE ${identifier(user, "<user>")} ${/to \w+ database/.test(text) ? "CREATEDB" : "CREATEROLE"};`)
  ],
  "role-not-grantable": [
    [
      { codes: "42501", text: /denied to (grant|revoke) role|[Aa]dmin.[Oo]ption|\bADMIN\b/ },
      { codes: "42501", text: new RegExp(`^(?!permission|cannot).*(${ROLE_IN_OTHER_LANGUAGE.source})`) }
    ],
    "SQLSTATE 42501 (insufficient privilege): `user` needs ADMIN OPTION on the role to be granted (before PostgreSQL 16, CREATEROLE is enough, unless that role is a superuser), or membership in the role to act as.",
    ({ user }, { text }) => roleIn(text) === user ? "Set `user` to another role that has ADMIN OPTION on this one, because no role can grant itself (since PostgreSQL 16). The roles that have it:" : "List the roles that have ADMIN OPTION on the role, with the first statement, and let one of them run the second statement once. If there is none, only a superuser can run the second:",
    ({ user }, { text }) => {
      const [role, grantor] = [roleIn(text), text.match(/ as role "([^"]+)"/)?.[1] ?? user];
      const holders = `SELECT member::regrole FROM pg_auth_members WHERE admin_option AND roleid = ${quoteLiteral(identifier(role, "<role>"))}::regrole;`;
      if (role === user) return run(holders);
      return run(holders, `GRANT ${identifier(role, "<role>")} TO ${identifier(grantor, "<user>")} WITH ADMIN OPTION;`);
    }
  ],
  "not-permitted": [
    // Other English words are code's, an extension's or a provider's.
    { codes: "42501", text: /permission|privilege|must|^(?!.*\b(the|is|are|this|cannot|not|policy)\b)/ },
    (context, symptom) => SCHEMA.test(symptom.text) && !symptom.text.startsWith("must be owner") ? schemaNotPermitted(context, symptom) : ACT_AS.test(symptom.text) ? "SQLSTATE 42501 (insufficient privilege): `user` has to be the role that the message names (for default privileges, the role that creates the objects), or a member of it that inherits its privileges or can `SET ROLE` to it." : ownerNotUser(symptom.text),
    (_, { text }) => `Set \`user\` to ${ACT_AS.test(text) ? "that role" : "the owner"}, or let a role that has ADMIN OPTION on it make \`user\` a member:`,
    (context, { text }) => {
      const grant = `GRANT ${identifier(text.match(/role "([^"]+)"/i)?.[1], "<owner>")} TO ${identifier(context.user, "<user>")}`;
      const version = Number.parseInt(context.serverVersion ?? "", 10);
      const options = `${version >= 16 ? "" : "; -- from PostgreSQL 16:"} WITH INHERIT TRUE, SET TRUE`;
      return run(`${grant}${version < 16 ? "" : options};`);
    },
    "If this action does not have to manage the object, name it in `exclude`, or leave out future ones with `default-privileges: false`."
  ],
  "privilege-not-found": [
    [{ codes: "42601 22023", text: /unrecognized privilege type/ }, "0LP01"],
    "The server cannot make this grant, for the reason in its message. Usually its PostgreSQL has no such privilege (`MAINTAIN` exists since PostgreSQL 17), or this kind of object or PUBLIC cannot have it (a table has no `USAGE`, PUBLIC no grant option), or the other role gave it (a role cannot get a grant option or a membership back).",
    "Remove what the message names, or upgrade the server. PostgreSQL's list of all privileges: https://www.postgresql.org/docs/current/ddl-priv.html"
  ],
  "tls-not-offered": [
    /does not support SSL|SSLRequest|unsupported frontend protocol 1234\.56/,
    "The other side does not speak TLS. Every Azure server does, so a pooler or a proxy is in between, or this is a different server. Nothing secret was sent.",
    ({ host, signIn: signIn2 }) => signIn2?.type === "password" && isLoopback(host) ? "Set `ssl-mode: disable`." : [],
    pastPooler,
    "Or, if the pooler or the server is your own, turn on TLS there (PgBouncer: `client_tls_sslmode`, PostgreSQL: `ssl`)."
  ],
  "dependent-privileges": [
    { codes: "2BP01", text: /^(?!.*\bdrop)/ },
    "Other privileges depend on this one: the role has granted it to other roles.",
    "See to which roles, with `\\dp <table>` in psql: their entries end in `/` and the name of the role.",
    "If these roles need the privilege, let the owner grant it to them, too. Then revoke it with all that depends on it, as the owner. Without CASCADE, only the role that granted them can revoke the others:",
    run('REVOKE <privilege> ON <object> FROM "<role>" CASCADE;')
  ],
  "pooler-refused": [
    [
      "08P01 08004 58000 25001 25P01 25P02 26000 34000 42P03 42P05",
      /cached plan must not change|^portal .* cannot be run|^Parameter \w+ changed|^(FATAL: )?(\(E[A-Z]+\)|odyssey:)|connection from the pool|(?<!message )(from|to|among|with) (backends?|frontend)\b|(query|session) context|(?<!")pool_\w|does not match (b|with)|backend response|^failed authentication against PAM/
    ],
    poolerRefused,
    pastPooler,
    "Or change the pooler's setting. For Azure's PgBouncer, it is a parameter of the server (`pgbouncer.<setting>`)."
  ],
  "raised-in-database": [
    [
      "0A* 21* 22* 23* 24* 2F* 38* 39* 426* 42701 42702 42703 4271* 4272* 428* 42P* 44* 540* P0*",
      /tuple already updated by self/
    ],
    ...RAISED
  ],
  "sign-in-refused": [
    { codes: "28000", text: /^(?!TLS version)/ },
    (context, symptom) => reasonIn(withoutNames(symptom.text), SIGN_IN_REASONS) || refused(context, symptom),
    (context) => isLoopback(context.host) ? [] : setFullName(context),
    "If it is your own server, let `user` sign in with a password in its `pg_hba.conf` (method `scram-sha-256`, without `clientcert`), and reload it (`SELECT pg_reload_conf();`)."
  ],
  "server-fault": [
    "XX* 58* F0*",
    "The server, an extension, a node of its cluster, or a pooler or a proxy in between had an internal error.",
    "Run the job again. If the error persists and a pooler or a proxy is in between, set `host` to the server itself, or see what its log or its console says.",
    "If the error persists without a pooler or a proxy, restart the server. If that does not help, look in its log, and for a server of Azure open a support request.",
    (context) => azServer("restart", context)
  ]
});
var roleIn = (text) => (text.match(/(?:^.* option on )?role "([^"]+)"/i) ?? text.match(NAME_IN_OTHER_LANGUAGE))?.[1];
function withoutServer({ host = "", user }, { text }) {
  const [, login, server] = `${roleIn(text)}
${user}`.match(/^(.+)(@[\w-]+)$/m) ?? [];
  if (!login || !server || !/\.postgres\.database\./i.test(host)) return [];
  return [sentence`If ${code(server)} is the name of a single server, leave it out: ${code(login)}.`];
}
var isAnother = (named3, own = named3) => named3 !== void 0 && !own?.toLowerCase().startsWith(named3.toLowerCase());
function byName(context, { text }) {
  const role = roleIn(text);
  if (!isAnother(role, context.user)) return void 0;
  return [
    sentence`${name(role)} is not \`user\`: a connection pooler in between signs in as a role of its own, which the server refuses.`,
    ...pastPooler(context),
    "Or let the pooler sign in with the name and the password of a role that can log in (PgBouncer: `auth_user`)."
  ];
}
function tokenClaims({ token, cloud }) {
  const audience = cloud?.postgresScope.replace("/.default", "") ?? "https://ossrdbms-aad.database.windows.net";
  const isOther = claim(token, "aud") !== audience;
  const named3 = ["oid", "appid", "idtyp", "tid", ...isOther ? ["aud"] : []].filter((each) => claim(token, each));
  const claims = named3.map((each) => sentence`${code(each)} ${code(claim(token, each) ?? "")}`);
  const expires = Number(claim(token, "exp"));
  if (Number.isInteger(expires) && Math.abs(expires) < 1e11)
    claims.push(sentence`valid until ${code(new Date(expires * 1e3).toISOString())}`);
  const needed = isOther ? sentence` \`aud\` has to be ${code(audience)}.` : EMPTY;
  const check = sentence`Check the token's claims: ${listOf(claims)}. \`oid\` has to be the object ID of the role, or of a member of its group, and \`tid\` the server's tenant.${needed}`;
  return claims.length === 0 ? [] : [check];
}
function findRole(context, symptom) {
  if (context.signIn?.type === "password") return [...withoutServer(context, symptom), ...LIST_ROLES];
  return [
    ...withoutServer(context, symptom),
    "Set `user` to the role of the identity that signs in, or of a group that has it as a member. A guest's role has a name with `#EXT#`. The server's Entra administrators are:",
    listAdmins(context),
    "List the other Entra roles, in database postgres. The action in `principal/` creates one for an identity or a group:",
    LIST_PRINCIPALS,
    ...tokenClaims(context)
  ];
}
function passwordRefused(context, symptom) {
  if (context.signIn?.type === "password")
    return [
      "The name or the password is wrong or has expired, the role was created for Entra and has no password, or the server accepts only Entra tokens.",
      ...withoutServer(context, symptom),
      "Check `user` and `password`. As an administrator, see whether there is such a role, and until when its password is valid:",
      run(`SELECT rolcanlogin, rolvaliduntil FROM pg_roles WHERE rolname = ${quoteLiteral(context.user ?? "<user>")};`),
      "See how an Azure server lets roles sign in. For an Entra role, remove `password` and set `auth-type: oidc`:",
      azShow(context, "authConfig")
    ];
  return [
    GUID.test(context.user ?? "") ? "`user` looks like a client ID, but must be the name of a role. The two are the same only if the role was created so, as Service Connector does for administrators." : "`user` is not the role that is bound to the object ID of the identity that signed in, or to one of its groups. Names are case-sensitive.",
    ...findRole(context, symptom)
  ];
}

// src/diagnosis/symptoms.ts
function symptomsOf(error2) {
  const seen = /* @__PURE__ */ new Set();
  const found2 = [];
  const look3 = (each) => {
    if (each === void 0 || each === null || seen.has(each) || seen.size >= MAX_ERRORS) return;
    seen.add(each);
    const { code: code2, errorCode, message, errorMessage, detail, hint, severity: severity2, status, cause, errors: errors2 } = typeof each === "object" ? each : { message: String(each) };
    const texts = [message, errorMessage, detail, hint].filter((each2) => typeof each2 === "string" && each2.trim());
    const ownCode = words(String(code2 ?? errorCode ?? ""));
    const empty = typeof status === "number" ? `HTTP status ${status} with an empty answer` : "";
    const said = [...new Set(texts)].join("\u2028").replace(/(?<=["\u00bb\w])\u2028(?=[A-Z])/g, ". ");
    const ofAll = Array.isArray(errors2) ? errors2.map((each2) => each2?.message).join(", ") : "";
    const text = words(said) || ownCode && words(ofAll) || ownCode || empty;
    const ofServer = { hint: words(String(hint ?? "")), fatal: /^FATAL/.test(String(severity2)) };
    if (text !== "") found2.push({ code: ownCode, text, ...ofServer, ...typeof status === "number" && { status } });
    look3(cause);
    if (Array.isArray(errors2)) errors2.forEach(look3);
  };
  look3(error2);
  return found2.length > 0 ? found2 : [{ code: "", text: "an error without a message" }];
}
var MAX_ERRORS = 50;
function codesOf({ code: code2, text }) {
  const named3 = text.match(/\b(E[A-Z]{3,}|(EAI|ERR|UND_ERR|HPE|CERT|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)_\w+)\b/g) ?? [];
  const isAnswer = /AADSTS\d|\bHTTP status \d/.test(text);
  const meant = isAnswer ? [] : Object.keys(IN_OTHER_WORDS).filter((each) => IN_OTHER_WORDS[each]?.test(text));
  const [, status] = text.match(/(?:(?:tunnel\w*|proxy|CONNECT)\b.{0,200}?|HTTP code )(?<![\d.:])([345]\d\d)\b/i) ?? [];
  const ofProxy = status === void 0 ? [] : [`CONNECT_${status}`];
  const [, ofMsal = ""] = text.match(/^([a-z]+_[a-z_]{1,60}): /) ?? [];
  return [code2, ofMsal, text.match(/.*(AADSTS\d{1,9})/)?.[1] ?? "", ...named3, ...meant, ...ofProxy];
}
var IN_OTHER_WORDS = {
  ENOTFOUND: /could not translate host name(?!.*(Temporary|Try again))|Name or service not known|nodename nor servname|No address associated|getaddrinfo failed|no such host|UnknownHost|could not be resolved|could not resolve host|name does not resolve|NAME_NOT_RESOLVED|no data of the requested type|no usable address/i,
  EAI_AGAIN: /name resolution|to address: Try again|\[Errno -\d{1,2}\]|try again later.*resol|server misbehaving/i,
  ECONNREFUSED: /Connection.(to \S{1,300} )?refused|actively refused|couldn't connect to server/i,
  EHOSTUNREACH: /Network is (unreachable|down)|dead network|host was down|address family (not|for hostname)|incompatible with the requested protocol|No route to host|unreachable (host|network)|host (is down|unreachable)|cannot assign requested|requested address is not valid/i,
  ETIMEDOUT: /timed.out\b|timeout (exceeded|during|awaiting|acquiring)|deadline exceeded|(network|operation) timeout|i\/o timeout|handshake timeout|timeout expired|Timeout Error|SocketTimeout|timeout of \d+|due to connection timeout|did not properly respond|Can't reach database server|connection attempt failed/i,
  // An answer of GitHub has the words of its gateways about their own connections.
  ECONNRESET: /^(?!.*Error Code : 5).*((connection|reset) by peer|connection.reset|forcibly closed|Connection (abort|broken)(?!.*got more than)|Remote end closed|other side closed|socket hang up|broken pipe|I\/O error occurred|connection (was|has been) (reset|closed|lost|aborted)|dropped connection on reset|(server|connection) lost|closed (the connection|by remote host)|terminated the handshake|closed connection during|non-properly terminated|SSL_ERROR_SYSCALL|empty reply|IncompleteRead|bad connection|endpoint is not connected|upstream connect error|(reading from|transport) (stream|connection)|could not (send|receive) data(?!.*refused))/i,
  EPERM: /Operation not permitted|PermissionError\(|forbidden by its access permissions|(could not connect|new connection)\b.{0,99} Permission denied/i,
  EMFILE: /Too many open (files|sockets)|buffer space/i
};
var wordsOf = (error2) => symptomsOf(error2)[0]?.text ?? "";
var MAX_READ = 8e3;
var TOO_LONG = /^(.{600}).{20,}(.{400})$/u;
function words(text) {
  return withoutSecrets(text.slice(0, 10 * MAX_READ)).replace(
    TRACEBACK,
    (_all, frames) => `Traceback (${frames.match(/_connect_tls_proxy/)?.[0] ?? frames.match(LAST_FILE)?.[1] ?? "Python"}):
`
  ).slice(0, MAX_READ).replace(/[\s\p{Cc}]+/gu, " ").replace(/eyJ[\w-]{8,}(\.[\w-]*){0,4}|(?<=token["']?\s?[=:]\s?["']?)[\w.~+/-]{20,}/gi, "***").replace(/\bGet Token request returned [^{]*\{.*?"error_description": ?"((?:[^"\\]|\\[^r])*).*$/, "$1").replace(
    /\b\w{1,60}: Error\(s\): .*? - Description: |Certificate verification failed\. This .*?Error detail: /,
    ""
  ).replace(
    MSAL_HTTP,
    (_all, status, body) => body === "Unknown" ? `HTTP status ${status} with an empty answer` : `HTTP status ${status}: ${body}`
  ).replace(
    /; if the root CA is installed locally, try running Node\.js with --use-system-ca|(?<!ERROR:) Certificate verification failed\. This typically happens .*$| - Correlation ID: .*$|(?<!None)(?: Error:)? (?:Run the command below to authenticate |(?:Interactive authentication is needed\.|To re-authenticate,) [Pp]lease run: az login).*$/g,
    ""
  ).trim().replace(TOO_LONG, "$1 \u2026 $2");
}
var TRACEBACK = /^Traceback \(most recent call last\):\r?\n((?:(?:[ \t].*|\S+, ln \d+, in .*|\.{3})(?:\r?\n|$))+)/gm;
function withoutTracebacks(symptom) {
  const [first = symptom.text, ...others] = symptom.text.split(FRAMES).filter((part) => part !== "");
  const last = others.at(-1) ?? first;
  return { ...symptom, text: last.includes(first) ? last : `${first} ${last}` };
}
var FRAMES = / ?(?:(?:ERROR: |CLIInternalError: )?The command failed with an unexpected error\. Here is the traceback:(?: ERROR:)?|Traceback \([^)]{1,300}\):|During handling of the above exception, another exception occurred:|To (?:check existing issues|open an issue), please .*$) ?/;
function withoutLinks(symptom) {
  return { ...symptom, text: symptom.text.replace(/https?:\/\/(aka|docs|go|learn)\.[^\s'"<>]+/gi, "") };
}
var LAST_FILE = /^.*-packages[\\/](\S{1,200}\.py)/s;
var MSAL_HTTP = /\b(?:ManagedIdentityCredential: Authentication failed\. Message )?An? (?:client|server|unknown) error occured\. Http status code: (\d+) Http status message: (.*?) Headers: \{.*$/;

// src/diagnosis/diagnose.ts
var RULES = [
  ...GITHUB,
  ...MANAGED_IDENTITY,
  ...ENTRA,
  ...PROXY,
  ...ENTRA_UNAVAILABLE,
  ...AZURE_CLI,
  ...PRIVATE,
  ...POSTGRES,
  ...NETWORK,
  ...FALLBACKS
];
var diagnose = (error2, context = {}) => diagnoseBy(RULES, error2, context);
function diagnoseBy(rules, error2, context) {
  if (error2 instanceof ActionError) return error2.failure;
  const { rule, symptom } = ruleFor(rules, error2, context) ?? {
    rule: UNKNOWN,
    symptom: { code: "", text: ownWords(error2) }
  };
  const { code: code2 } = rule;
  const page = pageInWords(symptom.text);
  const host = symptom.text.match(NAMED_HOST)?.[0] ?? context.host;
  const { hint, steps, retries } = rule.explain({ ...context, host }, withoutLinks(symptom));
  const hints = symptom.hint && HINTED.includes(code2) ? [step(sentence`Follow the hint: ${quoted(symptom.hint)}`)] : [];
  const first = reachesAll(context) && PASSING.includes(code2) ? [RUN_AGAIN] : hints;
  const where = RUNNER.some((each) => each.code === code2) ? inOurWords("The runner") : peer(context);
  return {
    code: code2,
    message: sentence`${where}: ${quoted(page ? `HTTP status ${symptom.status} with ${page}` : symptom.text)}`,
    hint,
    steps: withPooler([...first, ...steps], context, code2, VAGUE.includes(code2) && !isLocal(context, symptom.text)),
    ...retries !== void 0 && { retries }
  };
}
var NAMED_HOST = /(?<=Pool\(host=')[\w.-]{1,253}|(?<=(FOUND|AGAIN) )[\w-]{1,63}\.actions\.githubusercontent\.com/;
var HINTED = "database-closed data-damaged library-not-found raised-in-database server-error server-fault".split(" ");
var PASSING = "connection-refused connection-timed-out dns-unavailable host-not-found host-unreachable".split(" ");
var RUN_AGAIN = step("Run the job again: GitHub's runners reach this host, unless a VPN or harden-runner stops it.");
var VAGUE = ["unknown", "server-error", "connection-refused", "tls-handshake"];
function withPooler(steps, context, code2, isVague) {
  if (!isPostgres(context) || context.port !== 6432) return steps;
  const others = steps.filter(({ text }) => !text.parts.some((part) => "code" in part && part.code === "port: 5432"));
  const past = step(
    `Port 6432 is that of a pooler (PgBouncer on Azure)${code2 === "connection-refused" ? ", which may be off, and which Burstable servers do not have" : ""}. Set \`port: 5432\` to connect to PostgreSQL directly: its own error says more.`
  );
  return isVague ? [past, ...others] : others.length < steps.length ? steps : [...steps, past];
}
function ownWords(error2) {
  const symptoms = symptomsOf(error2);
  const said = [symptoms[0]?.text, symptoms.at(-1)?.text, symptoms[0]?.code].filter((each) => each !== void 0);
  return said.reduce((words2, each) => words2.includes(each) ? words2 : `${words2} (${each})`);
}
function ruleFor(rules, error2, context) {
  const symptoms = symptomsOf(error2).map((each) => ({ symptom: each, said: withoutLinks(each), codes: codesOf(each) }));
  for (const rule of rules) {
    if (!rule.with.includes(partnerOf(context))) continue;
    const found2 = symptoms.find(({ said, codes }) => rule.when.some((match) => fits(match, said, codes, context)));
    if (found2 !== void 0) return { rule, symptom: withoutTracebacks(found2.symptom) };
  }
  return void 0;
}
function fits(match, { code: code2, text, status, fatal }, codes, context) {
  if (match.codes === void 0 && code2.startsWith("P0") && !OF_AZURE.test(text)) return false;
  return (match.codes === void 0 || match.codes.split(" ").some((each) => codes.some((one) => isOrStarts(one, each)))) && (match.text === void 0 || match.text.test(text)) && (match.status === void 0 || match.status.some((each) => isOrStarts(`${status}`, `${each}`.replace("xx", "*")))) && (match.signIn === void 0 || match.signIn === context.signIn?.type) && (match.clientId === void 0 || match.clientId.test(clientOf(context.signIn))) && (match.host === void 0 || match.host.test(context.host ?? "")) && (match.atProxy === void 0 || namesProxy(text, context.proxy)) && (match.onGitHub === void 0 || context.onGitHub === true) && (match.fatal === void 0 || match.fatal === fatal);
}
var OF_AZURE = /\b(Entra|AAD|Azure AD|for principal|validate user)\b/i;
function namesProxy(text, proxy) {
  const [host, port2] = proxy?.match(/^(?:https:\/\/)?(.*):(\d+)$/)?.slice(1) ?? [];
  if (host === void 0) return false;
  return text.includes(host) || port2 !== "443" && text.includes(`:${port2}`);
}
var isOrStarts = (code2, expected) => expected.endsWith("*") ? code2.startsWith(expected.slice(0, -1)) : code2 === expected;
var IDENTITY_SOURCES = {
  "azure-cli": "The Azure CLI",
  "managed-identity": "The runner's managed identity"
};
function peer(context) {
  const { with: partner, signIn: signIn2, host, port: port2 = 5432, database } = context;
  const source = partner === "entra" ? IDENTITY_SOURCES[signIn2?.type ?? ""] : void 0;
  const called = inOurWords(source ?? (partner ?? host ? PARTNERS[partnerOf(context)].called : "This action"));
  if (partner === "azure") return sentence`${called} at ${code(hostOf(context))}`;
  if (!isPostgres(context)) return called;
  const server = host === void 0 ? called : sentence`${called} at ${code(`${host}:${port2}`)}`;
  return database === void 0 ? server : sentence`${server}, database ${name(database)}`;
}

// src/https.ts
var VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];
var wayTo = (host, env) => ({
  host,
  proxy: proxyTo(host, env),
  onGitHub: env.RUNNER_ENVIRONMENT === "github-hosted"
});
function proxyTo(host, env) {
  const value = VARIABLES.map((name4) => env[name4]).find(Boolean);
  const { protocol, hostname, port: port2 } = URL.parse(value ?? "") ?? {};
  const name3 = host?.replace(/:\d+$/, "");
  const bypass2 = (env.NO_PROXY || env.no_proxy || "").split(",").map((each) => each.trim());
  const bypassed = (each) => each === "*" || each === name3 || each !== "" && name3?.endsWith(each.replace(/^\*?\.?/, "."));
  if (!hostname || bypass2.some(bypassed)) return void 0;
  return protocol === "https:" ? `https://${hostname}:${port2 || 443}` : `${hostname}:${port2 || 80}`;
}
function checkHttps(env) {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") throw new ActionError(TLS_CHECKS_OFF);
  const variable3 = VARIABLES.find((name3) => env[name3]);
  if (variable3 === void 0) return;
  try {
    const { protocol, password } = new URL(env[variable3] ?? "");
    rememberSent(decodeURIComponent(password));
    if (/^https?:$/.test(protocol)) return;
  } catch {
  }
  throw new ActionError(
    failure({
      code: "proxy-malformed",
      message: sentence`${code(variable3)} is not the URL of a proxy.`,
      hint: "The value has no `http://` in front of the host, its password contains a character that must be percent-encoded, or it names a SOCKS proxy. SOCKS proxies are not supported: name an HTTP proxy, or unset the variable.",
      steps: [
        "Set the variable for the job, or on the runner, in this form:",
        run(`${variable3}=http://<user>:<password>@<proxy>:<port>`)
      ]
    })
  );
}
function addressIn(variable3, inCloud, env) {
  const address = env[variable3] || inCloud;
  if (URL.parse(address)?.protocol === "https:") return address;
  throw new ActionError(
    failure({
      code: "address-not-https",
      message: sentence`${code(variable3)} is not an ${code("https://")} address.`,
      hint: "The variable is set for the job or on the runner, and replaces the address in the cloud. Secrets and tokens are sent only over TLS.",
      steps: ["Remove the variable from the job and from the runner, or correct it:", run(`${variable3}=${inCloud}`)]
    })
  );
}
var TLS_CHECKS_OFF = failure({
  code: "tls-checks-off",
  message: "`NODE_TLS_REJECT_UNAUTHORIZED` is `0`.",
  hint: "With `NODE_TLS_REJECT_UNAUTHORIZED=0`, Node.js checks no certificates, so anyone on the network could read the token. Nothing was sent.",
  steps: [
    "Remove `NODE_TLS_REJECT_UNAUTHORIZED` from the job's environment. To trust your own certificate authority, set `NODE_EXTRA_CA_CERTS` to the path of its PEM file."
  ]
});
var MAX_BYTES = 16 * 2 ** 20;
function boundAnswer(bytes) {
  if (bytes > MAX_BYTES) throw new Error(`an answer of more than ${MAX_BYTES / 2 ** 20} MiB`);
}

// node_modules/@actions/core/lib/command.js
var os = __toESM(require("os"), 1);

// node_modules/@actions/core/lib/utils.js
function toCommandValue(input) {
  if (input === null || input === void 0) {
    return "";
  } else if (typeof input === "string" || input instanceof String) {
    return input;
  }
  return JSON.stringify(input);
}
function toCommandProperties(annotationProperties) {
  if (!Object.keys(annotationProperties).length) {
    return {};
  }
  return {
    title: annotationProperties.title,
    file: annotationProperties.file,
    line: annotationProperties.startLine,
    endLine: annotationProperties.endLine,
    col: annotationProperties.startColumn,
    endColumn: annotationProperties.endColumn
  };
}

// node_modules/@actions/core/lib/command.js
function issueCommand(command, properties, message) {
  const cmd = new Command(command, properties, message);
  process.stdout.write(cmd.toString() + os.EOL);
}
function issue(name3, message = "") {
  issueCommand(name3, {}, message);
}
var CMD_STRING = "::";
var Command = class {
  constructor(command, properties, message) {
    if (!command) {
      command = "missing.command";
    }
    this.command = command;
    this.properties = properties;
    this.message = message;
  }
  toString() {
    let cmdStr = CMD_STRING + this.command;
    if (this.properties && Object.keys(this.properties).length > 0) {
      cmdStr += " ";
      let first = true;
      for (const key in this.properties) {
        if (this.properties.hasOwnProperty(key)) {
          const val = this.properties[key];
          if (val) {
            if (first) {
              first = false;
            } else {
              cmdStr += ",";
            }
            cmdStr += `${key}=${escapeProperty(val)}`;
          }
        }
      }
    }
    cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
    return cmdStr;
  }
};
function escapeData(s) {
  return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}
function escapeProperty(s) {
  return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/:/g, "%3A").replace(/,/g, "%2C");
}

// node_modules/@actions/core/lib/file-command.js
var crypto = __toESM(require("crypto"), 1);
var fs = __toESM(require("fs"), 1);
var os2 = __toESM(require("os"), 1);
function issueFileCommand(command, message) {
  const filePath = process.env[`GITHUB_${command}`];
  if (!filePath) {
    throw new Error(`Unable to find environment variable for file command ${command}`);
  }
  if (!fs.existsSync(filePath)) {
    throw new Error(`Missing file at path: ${filePath}`);
  }
  fs.appendFileSync(filePath, `${toCommandValue(message)}${os2.EOL}`, {
    encoding: "utf8"
  });
}
function prepareKeyValueMessage(key, value) {
  const delimiter = `ghadelimiter_${crypto.randomUUID()}`;
  const convertedValue = toCommandValue(value);
  if (key.includes(delimiter)) {
    throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
  }
  if (convertedValue.includes(delimiter)) {
    throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
  }
  return `${key}<<${delimiter}${os2.EOL}${convertedValue}${os2.EOL}${delimiter}`;
}

// node_modules/@actions/core/lib/core.js
var os4 = __toESM(require("os"), 1);

// node_modules/@actions/core/lib/platform.js
var import_os = __toESM(require("os"), 1);
var platform = import_os.default.platform();
var arch = import_os.default.arch();

// node_modules/@actions/core/lib/core.js
var ExitCode;
(function(ExitCode2) {
  ExitCode2[ExitCode2["Success"] = 0] = "Success";
  ExitCode2[ExitCode2["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
function setSecret(secret2) {
  issueCommand("add-mask", {}, secret2);
}
function setOutput(name3, value) {
  const filePath = process.env["GITHUB_OUTPUT"] || "";
  if (filePath) {
    return issueFileCommand("OUTPUT", prepareKeyValueMessage(name3, value));
  }
  process.stdout.write(os4.EOL);
  issueCommand("set-output", { name: name3 }, toCommandValue(value));
}
function setFailed(message) {
  process.exitCode = ExitCode.Failure;
  error(message);
}
function error(message, properties = {}) {
  issueCommand("error", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function warning(message, properties = {}) {
  issueCommand("warning", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function notice(message, properties = {}) {
  issueCommand("notice", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function info(message) {
  process.stdout.write(message + os4.EOL);
}
function startGroup(name3) {
  issue("group", name3);
}
function endGroup() {
  issue("endgroup");
}

// src/text/escape.ts
var HIDDEN2 = new RegExp("[\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]|(?! )\\p{Zs}", "u");
var EACH_HIDDEN = new RegExp(HIDDEN2, "gu");
var PLAIN_NAME = /^[a-z_][a-z0-9_]*$/;
var COMMAND = "##[";
var ESCAPED = new RegExp(`${HIDDEN2.source}|#(?=#\\[)`, "u");
var EACH_ESCAPED = new RegExp(`${ESCAPED.source}|[\\\\"]`, "gu");
var quoteName = (...parts) => parts.map(quotePart).join(".");
function quotePart(name3) {
  if (PLAIN_NAME.test(name3)) return name3;
  return ESCAPED.test(name3) ? unicodeName(name3) : `"${name3.replaceAll('"', '""')}"`;
}
function unicodeName(name3) {
  const body = name3.replace(EACH_ESCAPED, (char) => {
    if (char === "\\" || char === '"') return char + char;
    const hex = codePoint(char);
    return hex.length > 4 ? `\\+${hex.padStart(6, "0")}` : `\\${hex}`;
  });
  return `U&"${body}"`;
}
var SQL_TOKEN = /--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;
function visibleSql(sql) {
  return sql.replace(
    SQL_TOKEN,
    (token) => token.startsWith('"') && ESCAPED.test(token) ? unicodeName(token.slice(1, -1).replaceAll('""', '"')) : token
  );
}
var PRINTABLE_ASCII = /^[ -~]*$/;
function visible(text) {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(EACH_HIDDEN, (char) => `<U+${codePoint(char)}>`);
}
function codePoint(char) {
  return (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
function logLine(text) {
  return visible(text).replaceAll(COMMAND, "##\\[").replace(/^(\s*)::/, "$1\\::");
}
var logLines = (text) => linesOf(text).map(logLine);
var linesOf = (text) => text.split(/\r\n|\r|\n/);
function html(text) {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

// src/log.ts
function say(text) {
  info(logLines(text).join("\n"));
}

// src/text/count.ts
function count(n, one, many = `${one}s`) {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}
var grouped = (n) => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ",");
function series(items, word = "and") {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${word} ${last}`;
}
function some(items, most, write2) {
  if (items.length <= most) return series(items.map(write2));
  return `${items.slice(0, most).map(write2).join(", ")} and ${grouped(items.length - most)} more`;
}
function upTo(most, items, write2, more) {
  const rest = items.length - most;
  return [...items.slice(0, most).map((item) => write2(item)), ...rest > 0 ? [more(rest)] : []];
}

// src/text/groups.ts
function groupsOf(items, key) {
  return [...Map.groupBy(items, key).values()];
}
function distinctBy(items, key) {
  return groupsOf(items, key).map(([first]) => first);
}
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

// src/settings/invalid.ts
var Invalid = class extends Error {
  problem;
  details;
  constructor(problem, details = {}) {
    super("A text is not valid.");
    this.name = "Invalid";
    this.problem = problem;
    this.details = details;
  }
};
function described(text, noun, secrets) {
  const value = text.trim();
  if (PLAIN.test(value) && !secrets.some((secret2) => value.includes(secret2))) return quoted(`"${value}"`);
  return sentence`${noun} (${inOurWords(count(value.length, "character"))})`;
}
var PLAIN = /^([A-Za-z0-9.,* -]{1,40}|([\d.]{7,15}|localhost):\d{1,5}|process\.env\.\w{1,40}|\$[{(]\w{1,40}[)}])$/;
var UNSET_VARIABLE = inOurWords("Check that the variable or secret it comes from is set.");
function resultOf(task) {
  try {
    return task();
  } catch {
    return void 0;
  }
}
function parsed(text, parse, refused3) {
  try {
    return parse(text);
  } catch (error2) {
    if (error2 instanceof Invalid) return refused3(error2);
    throw error2;
  }
}

// src/settings/reader.ts
var Mistaken = class extends Error {
};
function readInputs(table, env, read, found2 = []) {
  const mistakes = [...misspelled(table, env), ...found2];
  const value = ifValid(() => read(inputsIn({ table, env, secrets: secretsIn(table, env), mistakes })));
  if (mistakes.length > 0) throw badInput(mistakes, Object.keys(table));
  return value;
}
function ifValid(read) {
  try {
    return read();
  } catch (error2) {
    if (error2 instanceof Mistaken) return void 0;
    throw error2;
  }
}
function all(fields) {
  const read = Object.entries(fields).map(([key, field]) => ifValid(() => [key, field()]));
  const values = read.filter((each) => each !== void 0);
  if (values.length < read.length) throw new Mistaken();
  return Object.fromEntries(values);
}
function inputsIn(reading) {
  const { table, env, secrets, mistakes, entry, source } = reading;
  const inputOf = (name3) => table[name3];
  const use = (name3) => inOurWords(inputOf(name3).use);
  const isSet = (name3) => textIn(env, name3).trim() !== "";
  function given(name3) {
    const own = entry?.values.get(name3);
    if (own === "mistaken") throw new Mistaken();
    const texts = [own?.text, env[variable(name3)]].map((text, n) => ({ text, isInput: n === 1 }));
    return texts.find(({ text }) => text !== void 0 && (text.trim() !== "" || table[name3]?.neverEmpty));
  }
  function mistake(name3, problem, item = "") {
    const isInput = entry === void 0 || given(name3)?.isInput;
    mistakes.push({ name: name3, problem, place: isInput ? void 0 : placeOf(entry, name3, item) });
    throw new Mistaken();
  }
  function read(name3, parse, whenNotSet) {
    const { text, isInput } = given(name3) ?? {};
    if (text === void 0) return readSource(name3, parse, whenNotSet);
    if (text.trim() === "") {
      const advice = isInput ? UNSET_VARIABLE : EMPTY;
      return mistake(name3, paragraph(sentence`${code(name3)} is empty.`, advice, sentence`Use ${use(name3)}.`));
    }
    return parsed(text, parse, ({ problem, details }) => {
      const { item, remedy = sentence`Use ${use(name3)}.`, advice = EMPTY } = details;
      const noun = inOurWords(item === void 0 || item === text.trim() ? "the value" : "an item");
      const subject = inputOf(name3).secrets ? noun : described(item ?? text, noun, secrets);
      return mistake(name3, paragraph(sentence`${code(name3)}: ${subject} ${problem}.`, remedy, advice), item);
    });
  }
  function readSource(name3, parse, whenNotSet) {
    const text = source?.contents()[name3];
    if (source === void 0 || text === void 0) return whenNotSet();
    return parsed(text, parse, ({ problem }) => {
      const override = sentence`To override it, set ${code(name3)} to ${use(name3)}.`;
      return mistake(source.name, sentence`${code(source.name)}: its ${code(name3)} ${problem}. ${override}`);
    });
  }
  return {
    isSet,
    mistake,
    optional: (name3, parse) => read(name3, parse, () => void 0),
    orDefault: (name3, parse) => read(name3, parse, () => parse(inputOf(name3).default ?? "")),
    required: (name3, parse, requiredBy2) => read(name3, parse, () => {
      const isSought = source !== void 0 && isSet(source.name) && name3 in source.contents();
      const inSource = isSought ? sentence`, and ${code(source.name)} does not contain it` : EMPTY;
      const reason = requiredBy2 ? sentence`${requiredBy2} requires it:` : inOurWords("Set it to");
      return mistake(name3, sentence`${code(name3)} is missing${inSource}. ${reason} ${use(name3)}.`);
    }),
    withEntry: (entry2) => inputsIn({ ...reading, entry: entry2 }),
    withContentsOf: (name3, contents) => inputsIn({ ...reading, source: { name: name3, contents } })
  };
}
function placeOf({ place: place2, values }, name3, item) {
  const value = values.get(name3);
  return typeof value === "object" ? { ...place2, line: value.items?.get(item) ?? value.line } : place2;
}
function secretsIn(table, env) {
  return Object.entries(table).flatMap(([name3, { secrets }]) => secrets?.(textIn(env, name3)) ?? []).filter((secret2) => secret2.trim() !== "");
}
function textIn(env, name3) {
  return env[variable(name3)] ?? "";
}
function variable(name3) {
  return `INPUT_${name3.replaceAll(" ", "_").toUpperCase()}`;
}
function misspelled(table, env) {
  const names3 = Object.keys(table);
  const known2 = new Set(names3.map(variable));
  const unknown = Object.keys(env).filter((key) => key.startsWith("INPUT_") && !known2.has(key));
  return unknown.sort().flatMap((key) => {
    const name3 = key.slice("INPUT_".length).toLowerCase();
    const suggestion = didYouMean(name3, names3);
    if (isEmpty(suggestion)) return [];
    return [{ name: name3, problem: sentence`${code(name3)} is not an input of this action. ${suggestion}` }];
  });
}
function badInput(mistakes, order) {
  const distinct = distinctBy(mistakes, (mistake) => JSON.stringify(mistake));
  const { inputs = [], file = [] } = Object.groupBy(distinct, ({ place: place2 }) => place2 ? "file" : "inputs");
  inputs.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  file.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  const problems = [...inputs, ...file].map(
    ({ place: place2, problem }) => place2 === void 0 ? problem : sentence`${code(`${place2.file}:${place2.line}`)}: ${problem}`
  );
  const invalid = new Set(inputs.map(({ name: name3 }) => name3)).size;
  const path = code(file[0]?.place?.file ?? "");
  const parts = [
    invalid > 0 && {
      message: inOurWords(`${count(invalid, "input")} ${invalid === 1 ? "is" : "are"} invalid.`),
      step: "Correct the `with:` block of this step. The README of this action explains every input."
    },
    file.length > 0 && {
      message: sentence`${path} has ${inOurWords(count(file.length, "mistake"))}.`,
      step: sentence`Correct ${path}. The page docs/grants-file.md of this action explains its keys.`
    }
  ].filter((part) => part !== false);
  const more = problems.length - MOST_PROBLEMS;
  return new ActionError(
    failure({
      code: "bad-input",
      message: paragraph(...parts.map(({ message }) => message), inOurWords("Nothing was changed.")),
      problems: more > 0 ? [...problems.slice(0, MOST_PROBLEMS), sentence`There are ${more} more.`] : problems,
      hint: "A value is mistyped, or the variable or secret it comes from is not set.",
      steps: parts.map(({ step: step2 }) => step2)
    })
  );
}
var MOST_PROBLEMS = 100;

// src/mask.ts
function maskInputs(table, env) {
  for (const secret2 of secretsIn(table, env)) {
    setSecret(secret2);
    rememberSecret(secret2);
  }
}
function maskSent(secret2) {
  setSecret(secret2);
  rememberSent(secret2);
  return secret2;
}

// src/retry.ts
var import_promises = require("node:timers/promises");

// node_modules/p-timeout/index.js
var TimeoutError = class _TimeoutError extends Error {
  name = "TimeoutError";
  constructor(message, options) {
    super(message, options);
    Error.captureStackTrace?.(this, _TimeoutError);
  }
};
var getAbortedReason = (signal) => "reason" in signal ? signal.reason : new DOMException("This operation was aborted.", "AbortError");
var maximumDelay = 2 ** 31 - 1;
var getOptionsError = (milliseconds, customTimers) => {
  if (typeof milliseconds !== "number" || Math.sign(milliseconds) !== 1) {
    return new TypeError(`Expected \`milliseconds\` to be a positive number, got \`${milliseconds}\``);
  }
  if (typeof customTimers?.setTimeout !== "function" || typeof customTimers?.clearTimeout !== "function") {
    return new TypeError("Expected `customTimers` to have a `setTimeout` and a `clearTimeout` function");
  }
};
function pTimeout(promise, options) {
  const {
    milliseconds,
    fallback,
    message,
    customTimers = { setTimeout, clearTimeout },
    signal
  } = options;
  let timer;
  let abortHandler;
  const cancelInput = () => {
    try {
      promise.cancel?.();
    } catch {
    }
  };
  const wrappedPromise = new Promise((resolve2, reject) => {
    const abort = () => {
      reject(getAbortedReason(signal));
      cancelInput();
    };
    const optionsError = getOptionsError(milliseconds, customTimers);
    const isAborted = !optionsError && signal?.aborted;
    if (optionsError) {
      reject(optionsError);
    } else if (isAborted) {
      abort();
    }
    promise.then(resolve2, reject);
    if (optionsError || isAborted) {
      return;
    }
    if (signal) {
      abortHandler = abort;
      signal.addEventListener("abort", abortHandler, { once: true });
    }
    if (milliseconds > maximumDelay) {
      return;
    }
    const timeoutError = fallback || message === false || message instanceof Error ? void 0 : new TimeoutError(message ?? `Promise timed out after ${milliseconds} milliseconds`);
    timer = customTimers.setTimeout.call(void 0, () => {
      if (fallback) {
        try {
          resolve2(fallback());
        } catch (error2) {
          reject(error2);
        }
      } else if (message === false) {
        resolve2();
      } else {
        reject(message instanceof Error ? message : timeoutError);
      }
      cancelInput();
    }, milliseconds);
  });
  const cancelablePromise = wrappedPromise.finally(() => {
    try {
      cancelablePromise.clear();
    } catch {
    }
    try {
      if (abortHandler) {
        signal.removeEventListener("abort", abortHandler);
      }
    } catch {
    }
  });
  cancelablePromise.clear = () => {
    if (timer === void 0) {
      return;
    }
    customTimers.clearTimeout.call(void 0, timer);
    timer = void 0;
  };
  return cancelablePromise;
}

// src/text/markdown.ts
function markdownOf(tokens) {
  const joined2 = [];
  for (const token of tokens.filter(({ text }) => text !== "")) {
    const last = joined2.at(-1);
    if (token.code && last?.code) joined2[joined2.length - 1] = { ...token, text: last.text + token.text };
    else joined2.push(token);
  }
  return joined2.map(({ code: code2, text }) => code2 ? codeSpan(text) : text).join("");
}
function codeSpan(text) {
  const shown = visible(text);
  const fence = "`".repeat(longestRun(shown) + 1);
  const pad = /^`|`$|^ .* $/.test(shown) ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}
function codeBlock(language, content) {
  const fence = "`".repeat(Math.max(3, longestRun(content) + 1));
  return `${fence}${language}
${content}
${fence}`;
}
function longestRun(text) {
  return (text.match(/`+/g) ?? []).reduce((longest, run4) => Math.max(longest, run4.length), 0);
}

// src/render/pen.ts
var plain = {
  name: quoteName,
  code: visible,
  sentence: (sentence2) => write(sentence2, {
    own: (words2) => words2,
    name: quoteName,
    code: (text) => {
      const shown = visibleLines(visibleSql(text));
      return shown.includes("`") ? shown : `\`${shown}\``;
    },
    quoted: visibleLines
  }).join("")
};
var markdown = {
  name: (...parts) => codeSpan(quoteName(...parts)),
  code: codeSpan,
  sentence: (sentence2) => markdownOf(
    write(sentence2, {
      own: (text) => ({ code: false, text }),
      name: (...parts) => ({ code: true, text: quoteName(...parts) }),
      code: (text) => ({ code: true, text: onOneLine(visibleSql(text)) }),
      quoted: (text) => ({ code: true, text: onOneLine(text) })
    })
  )
};
var markup = {
  name: (...parts) => `<code>${html(quoteName(...parts))}</code>`,
  code: (text) => `<code>${html(text)}</code>`,
  sentence: (sentence2) => write(sentence2, { ...markup, own: html, quoted: html }).join("")
};
var cell = {
  ...markdown,
  name: (...parts) => breakable(quoteName(...parts)),
  code: breakable
};
var SHORT = /^[^`|]{1,20}$/;
var PIECES = /[^._@-]{1,12}[._@-]*|[._@-]+/gu;
function breakable(text) {
  if (SHORT.test(text)) return codeSpan(text);
  const pieces = visible(text).match(PIECES) ?? [];
  return `<code>${pieces.map(withoutMarkdown).join("<wbr>")}</code>`;
}
function withoutMarkdown(text) {
  return text.replace(/[^\p{L}\p{N} -]/gu, (char) => `&#${char.codePointAt(0)};`);
}
function write({ parts }, writer) {
  return parts.map((part) => {
    if ("own" in part) return writer.own(part.own);
    if ("name" in part) return writer.name(...part.name);
    if ("code" in part) return writer.code(part.code);
    return writer.quoted(part.quoted);
  });
}
function onOneLine(text) {
  return text.replaceAll(/\s*[\r\n]\s*/g, " ");
}
function visibleLines(text) {
  return linesOf(text).map(visible).join("\n");
}

// src/retry.ts
var PATIENCE = { firstWait: 5e3, maxTime: 12e4, answerTime: 12e3 };
function noAnswer(milliseconds) {
  const error2 = new Error(`no answer within ${Math.ceil(milliseconds / 1e3)} s`);
  return Object.assign(error2, { code: "ETIMEDOUT" });
}
function within(milliseconds, promise, signal) {
  return pTimeout(promise, { milliseconds, message: noAnswer(milliseconds), ...signal && { signal } });
}
async function retryingFailures(attempt2, say2, { firstWait, maxTime }, signal) {
  const end = Date.now() + maxTime;
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt2();
    } catch (error2) {
      signal?.throwIfAborted();
      const { failure: failure2, wait = firstWait * 2 ** (attempts - 1) } = error2 instanceof ActionError ? error2 : {};
      const retries = failure2?.retries ?? 0;
      if (failure2 === void 0 || attempts > retries || Date.now() + wait > end) throw error2;
      const when = `Trying again in ${Math.ceil(wait / 1e3)} s (attempt ${attempts + 1} of ${retries + 1}).`;
      say2(`${plain.sentence(withFullStop(failure2.message))} ${when}`);
      await (0, import_promises.setTimeout)(wait, void 0, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

// src/azure/azure-cli.ts
var import_node_path2 = require("node:path");
var import_node_util = require("node:util");
var TIME = 4e4;
async function azureCliToken(scope) {
  const { exec } = await Promise.resolve().then(() => __toESM(require("node:child_process"), 1));
  const command = `az account get-access-token --output json --resource ${scope.replace(/\/\.default$/, "")}`;
  const options = { timeout: TIME, cwd: (0, import_node_path2.dirname)(process.execPath) };
  const { stdout, stderr } = await (0, import_node_util.promisify)(exec)(command, options).catch((error2) => {
    if (error2.killed) throw noAnswer(TIME);
    throw new Error(error2.stderr.trim() || `${error2.message.trim()} (${error2.signal ?? error2.code})`);
  });
  try {
    const { accessToken, expires_on, expiresOn } = JSON.parse(stdout.slice(0, stdout.lastIndexOf("}") + 1));
    if (typeof accessToken !== "string") throw new Error("The Azure CLI gave no token.");
    return { token: accessToken, expiresOnTimestamp: 1e3 * expires_on || Date.parse(expiresOn) };
  } catch (invalid) {
    throw new Error(`${stderr.trim()} ${invalid.message}`.trim());
  }
}

// src/azure/http-client.ts
var import_node_diagnostics_channel = require("node:diagnostics_channel");
(0, import_node_diagnostics_channel.subscribe)("http.client.request.error", (event) => {
  const { error: error2 } = event;
  error2.message ||= wordsOf(error2);
});
async function httpClient() {
  const { createDefaultHttpClient } = await Promise.resolve().then(() => __toESM(require("./azure-identity.cjs"), 1));
  const client = createDefaultHttpClient();
  return {
    sendRequest(request2) {
      request2.onDownloadProgress = ({ loadedBytes }) => boundAnswer(loadedBytes);
      return client.sendRequest(request2);
    }
  };
}

// src/azure/refusals.ts
var refusal = (status, words2, code2 = "") => Object.assign(new Error(`HTTP status ${status}${words2}`), { status, code: code2 });
function notJson(status, type = "", body = "", server = "") {
  const from = server && ` (Server: ${server.slice(0, 100)})`;
  const answer = (words2) => refusal(status, ` with ${words2}${from}`, "NOT_JSON");
  if (!body?.trim()) return answer("an empty answer");
  try {
    JSON.parse(body);
    return void 0;
  } catch {
    const said = withoutSecrets(body);
    const words2 = said.match(/AADSTS\d.{0,400}/)?.[0] ?? said;
    return answer(pageInWords(said, type) ?? `an answer that is not JSON: ${words2}`);
  }
}
function identityRefusal(status, body) {
  if (status < 400) return void 0;
  const { error: error2, error_description, message, Message, ExceptionMessage, code: code2 } = JSON.parse(body) ?? {};
  const words2 = `${error_description ?? message ?? Message ?? ExceptionMessage ?? error2?.message ?? error2 ?? body}`;
  const named3 = `${code2 ?? error2?.code ?? error2}`;
  return refusal(status, /^[A-Z]\w+$/.test(named3) && !words2.includes(named3) ? `: ${words2} (${named3})` : `: ${words2}`);
}

// src/azure/id-token.ts
async function idToken(audience, env, answerTime) {
  try {
    return await within(answerTime, request(audience, env));
  } catch (error2) {
    const host = URL.parse(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? "")?.host;
    throw new ActionError(diagnose(error2, { with: "github", ...wayTo(host, env) }), { cause: error2 });
  }
}
async function request(audience, env) {
  const url = variable2("ACTIONS_ID_TOKEN_REQUEST_URL", env);
  const token = variable2("ACTIONS_ID_TOKEN_REQUEST_TOKEN", env);
  rememberSent(token);
  const { HttpClient } = await Promise.resolve().then(() => __toESM(require("./actions-http-client.cjs"), 1));
  const http = new HttpClient("azure-postgres-grants", [], { allowRedirects: false });
  const response = await http.get(`${url}&audience=${encodeURIComponent(audience)}`, {
    authorization: `Bearer ${token}`,
    accept: "application/json"
  });
  const status = response.message.statusCode ?? 0;
  let body = "";
  for await (const chunk of response.message.setEncoding("utf8")) {
    body += chunk;
    boundAnswer(body.length);
  }
  if (status !== 200)
    throw new Error(`Failed to get ID Token. Error Code : ${status} Error Message: ${wordsIn(body, status)}`);
  const { value } = JSON.parse(body) ?? {};
  if (typeof value !== "string" || value === "") throw new Error("Response json body do not have ID Token field");
  return maskSent(value);
}
function variable2(name3, env) {
  const value = env[name3];
  if (!value) throw new Error(`Unable to get ${name3} env variable`);
  return value;
}
function wordsIn(body, status) {
  try {
    const { errorMessage, message } = JSON.parse(body);
    return String(errorMessage ?? message ?? body.slice(0, 200));
  } catch {
    return notJson(status, "", body)?.message ?? "";
  }
}

// src/azure/credential.ts
function signIn(settings, env, signal, options = {}) {
  const { signIn: how, cloud } = settings;
  const { scope = cloud.postgresScope, patience = PATIENCE } = options;
  for (const secret2 of sentBy(how, env)) rememberSent(secret2);
  if (how.type === "password") return async () => how.password;
  const attempt2 = () => requestToken(how, cloud, scope, env, patience.answerTime, signal);
  const request2 = () => retryingFailures(attempt2, say, patience, signal).catch(throwWithoutRetries);
  let current;
  return async (refused3) => {
    const held = current;
    if (held !== void 0) {
      const { token, expiresOnTimestamp } = await held;
      if (token !== refused3 && expiresOnTimestamp > Date.now() + MARGIN) return token;
      if (current === held) current = void 0;
    }
    current ??= request2();
    return (await current).token;
  };
}
function sentBy(how, { IDENTITY_HEADER = "" }) {
  if (how.type === "password") return [how.password];
  return how.type === "client-secret" ? [how.clientSecret] : [IDENTITY_HEADER];
}
function throwWithoutRetries(error2) {
  if (!(error2 instanceof ActionError) || !error2.failure.retries) throw error2;
  throw new ActionError({ ...error2.failure, retries: 0 }, { cause: error2.cause });
}
var MARGIN = 6e4;
async function requestToken(given, cloud, scope, env, answerTime, signal) {
  const { how, tokenFile } = ofPod(given, env) ?? { how: given };
  let assertion;
  const tokenIn = (file) => (0, import_promises2.readFile)(file, "utf8").then((text) => maskSent(text.trim()));
  const getAssertion = () => {
    assertion ??= tokenFile ? tokenIn(tokenFile) : idToken(cloud.oidcAudience, env, answerTime);
    return assertion;
  };
  const last = { answerTime, type: how.type };
  try {
    checkHttps(env);
    const authorityHost = addressIn("AZURE_AUTHORITY_HOST", cloud.authority, env);
    if (how.type === "oidc") getAssertion().catch(() => {
    });
    const identity = await Promise.resolve().then(() => __toESM(require("./azure-identity.cjs"), 1));
    const options = {
      authorityHost,
      disableInstanceDiscovery: authorityHost !== cloud.authority,
      // only Microsoft's own hosts can be looked up
      httpClient: await watchedClient(),
      retryOptions: { maxRetries: 0 }
      // `retryingFailures` does it, and logs it
    };
    const credential2 = credentialFor(how, identity, options, getAssertion);
    const getToken = () => credential2.getToken(scope);
    const token = await within(TOKEN_TIME, LAST.run(last, getToken), signal);
    if (token === null) throw new Error("Entra gave no token.");
    maskSent(token.token);
    return token;
  } catch (error2) {
    signal?.throwIfAborted();
    const sent = await assertion?.catch((failed) => failed);
    if (sent instanceof ActionError) throw sent;
    if (error2 instanceof ActionError) throw error2;
    const { refusal: refusal2, problem, host } = last;
    const known2 = refusal2 ?? new AggregateError([problem, error2]);
    const peer2 = { with: "entra", ...wayTo(host, env), cloud, signIn: how };
    const runner2 = { inApp: env.IDENTITY_HEADER !== void 0, inPod: tokenFile !== void 0 };
    throw new ActionError(diagnose(known2, { ...peer2, ...runner2, assertion: claimsOf(String(sent)) }), { cause: known2 });
  }
}
function ofPod(how, env) {
  const { AZURE_CLIENT_ID, AZURE_TENANT_ID: tenantId2, AZURE_FEDERATED_TOKEN_FILE: tokenFile } = env;
  if (how.type !== "managed-identity" || !tenantId2 || !tokenFile) return void 0;
  const clientId2 = how.clientId || AZURE_CLIENT_ID;
  return clientId2 ? { how: { type: "oidc", clientId: clientId2, tenantId: tenantId2 }, tokenFile } : void 0;
}
function credentialFor(how, identity, options, getAssertion) {
  switch (how.type) {
    case "oidc":
      return new identity.ClientAssertionCredential(how.tenantId, how.clientId, getAssertion, options);
    case "client-secret":
      return new identity.ClientSecretCredential(how.tenantId, how.clientId, how.clientSecret, options);
    case "managed-identity":
      return new identity.ManagedIdentityCredential({ ...options, ...how.clientId && { clientId: how.clientId } });
    case "azure-cli":
      return { getToken: (scopes) => azureCliToken(`${scopes}`) };
  }
}
var TOKEN_TIME = 45e3;
var LAST = new import_node_async_hooks.AsyncLocalStorage();
async function watchedClient() {
  const client = await httpClient();
  return {
    async sendRequest(request2) {
      const last = LAST.getStore();
      if (last === void 0) return client.sendRequest(request2);
      request2.timeout = last.answerTime;
      Object.assign(last, { host: new URL(request2.url).host, refusal: void 0, problem: void 0 });
      try {
        const response = await within(last.answerTime, client.sendRequest(request2));
        last.refusal = hiddenBy(response, last.type);
        return response;
      } catch (error2) {
        const late = error2 instanceof Error && error2.name === "AbortError";
        last.problem = late ? noAnswer(last.answerTime) : error2;
        throw error2;
      }
    }
  };
}
function hiddenBy({ status, headers, bodyAsText }, type) {
  if (status === 401 && headers.has("www-authenticate")) return void 0;
  const page = notJson(status, headers.get("content-type"), bodyAsText, headers.get("server"));
  return page ?? (type === "managed-identity" ? identityRefusal(status, `${bodyAsText}`) : void 0);
}

// src/render/failure.ts
function docsLink({ code: code2 }, docs) {
  return docs === void 0 ? void 0 : `${docs}/troubleshooting.md#${code2}`;
}
function failureKey(failure2) {
  const words2 = JSON.stringify(failure2, (key, value) => {
    if (key === "quoted") return value.split(/\s+/).filter((word) => !/[\d."]/.test(word));
    return ["name", "code", "command"].includes(key) ? void 0 : value;
  });
  return failure2.code + words2;
}
function failureLines(failure2, docs) {
  const { code: code2, message, problems = [], hint, steps } = failure2;
  const link = docsLink(failure2, docs);
  return [
    plain.sentence(message),
    ...problems.map((problem) => `- ${plain.sentence(problem)}`),
    isEmpty(hint) ? "" : `Likely cause: ${plain.sentence(hint)}`,
    ...stepLines(steps),
    `Error code: ${code2}${link === void 0 ? "" : ` (${link})`}`
  ].filter((line) => line !== "");
}
function failureBlocks(failure2, docs) {
  const { code: code2, message, problems = [], hint, steps } = failure2;
  const link = docsLink(failure2, docs);
  return [
    `**What happened:** ${markdown.sentence(message)}`,
    problems.map((problem) => `- ${markdown.sentence(problem)}`).join("\n"),
    isEmpty(hint) ? "" : `**Likely cause:** ${markdown.sentence(hint)}`,
    steps.length === 0 ? "" : "**What to do:**",
    stepList(steps),
    `Error code \`${code2}\`${link === void 0 ? "" : ` \xB7 [Troubleshooting](${link})`}`
  ].filter((block) => block !== "");
}
function stepLines(steps) {
  return steps.flatMap(({ text, command }, index) => [
    `${index + 1}. ${plain.sentence(text)}`,
    ...commandLines(command).map((line) => `   ${line}`)
  ]);
}
function stepList(steps) {
  const items = steps.map(({ text, command }, index) => {
    const mark = `${index + 1}. `;
    const item = `${mark}${markdown.sentence(text).trimStart()}`;
    const block = codeBlock("", commandLines(command).join("\n"));
    return command === void 0 ? item : `${item}

${block.replaceAll(/^/gm, " ".repeat(mark.length))}`;
  });
  return items.join("\n");
}
function commandLines(command) {
  return command === void 0 ? [] : linesOf(command).map(visible);
}

// src/render/issue.ts
var import_node_crypto = require("node:crypto");

// src/model/demand.ts
var ON_EXTRA = ["ignore", "warn", "fail", "revoke"];
function extraIsDrift(onExtra) {
  return onExtra === "fail" || onExtra === "revoke";
}

// src/model/reasons.ts
var LOCKS = "SELECT a.pid, a.usename, l.relation::regclass, l.mode, a.query\nFROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid AND a.datname = current_database()\nWHERE l.locktype IN ('relation', 'transactionid') AND l.granted AND a.pid <> pg_backend_pid();";
var ENTRIES = {
  "not-granted": {
    why: (_, login) => sentence`${name(login)} can grant this.`,
    isEnough: true,
    advice: sentence`Run this action with \`mode: apply\`.`
  },
  "not-revoked": {
    why: (_, login) => sentence`${name(login)} can revoke this.`,
    advice: sentence`Or run this action with \`mode: apply\` and \`on-extra: revoke\`. If the grantee's entry in \`grants-file\` sets \`on-extra\`, change it there.`
  },
  "session-role": {
    why: "Sessions of the grantee begin as another role (ALTER ROLE \u2026 SET role), and this action grants privileges to the grantee only.",
    advice: sentence`Or add that role to the input \`grantee\`, or remove the setting with ALTER ROLE \u2026 RESET role.`
  },
  "read-only": {
    why: "This server is read-only: it is a replica, or its storage is nearly full.",
    noSql: true,
    advice: sentence`Run this action for the primary server, from which a replica gets its privileges: \`mode: apply\` grants there, and \`mode: plan\` shows the SQL. If this is the primary server, increase its storage before.`
  },
  "not-owner": {
    why: (owner, login) => sentence`${name(login)} has neither the privileges of ${name(owner)} nor the grant option.`
  },
  "owner-lacks-usage": { why: (owner) => sentence`${name(owner)} does not have USAGE on the schema.` },
  "role-gone": {
    why: "The role that owns the object or granted the privilege was dropped, and the catalogs still mention its OID.",
    noSql: true,
    advice: sentence`As a superuser, set an owner with ALTER \u2026 OWNER TO, or create the object again. On Azure, only Microsoft can sign in as a superuser.`
  },
  locked: {
    why: "Another session held a lock on the object for too long or changed it at the same time, or the server's table of locks was full (`out of shared memory`).",
    noSql: true,
    advice: sentence`Run this step again when the other migration or job has finished, and let them run one after another.`,
    steps: [step("See which sessions hold locks in this database now:", run(LOCKS))]
  },
  refused: {
    why: "The server refused the statement.",
    byServer: true,
    isEnough: true,
    advice: sentence`Run this step again. If that changes nothing, an event trigger or an extension refuses the change.`
  },
  "without-effect": {
    why: "The server accepted the statement, but the privilege did not change, or changed back.",
    byServer: true,
    isEnough: true,
    advice: sentence`Run this step again. If that changes nothing, an event trigger or an extension undoes the change, or the role that acted lacks the grant option: let the owner of the object make the change.`
  },
  "not-tried": {
    why: "The server refused the same change for several objects with the same owner and privileges, so this one was not tried."
  },
  "not-direct": {
    why: "The grantee holds the privilege through a role or PUBLIC, so a REVOKE from the grantee changes nothing.",
    noSql: true,
    advice: sentence`Revoke it from that role or from PUBLIC, so that all who hold it by them lose it: \`REVOKE <privilege> ON <object> FROM <role>;\` With \`undeclared: warn\`, the SQL file has this SQL for tables and sequences, unless the role is a grantee too. Of future objects, revoke it as the role that creates them: \`ALTER DEFAULT PRIVILEGES [IN SCHEMA <schema>] REVOKE <privilege> ON TABLES FROM <role>;\` Or remove the grantee from the role: \`REVOKE <role> FROM <grantee>;\``
  },
  "other-grantor": { why: (_, login) => sentence`${name(login)} cannot act as the role that granted the privilege.` },
  "grantor-lacks-usage": { why: "The role that granted the privilege does not have USAGE on the schema." },
  "grantor-lacks-option": {
    why: "The role that granted the privilege no longer holds the grant option, so no role can revoke it.",
    noSql: true
  },
  "dependent-privileges": {
    why: "The grantee granted the privilege to other roles, and this action never uses CASCADE.",
    noteFirst: true,
    advice: sentence`\`\\dp\` in psql shows those roles: their entries end in \`/\` and the name of the grantee. Only the grantee can revoke the privilege from them. Or add CASCADE to the SQL, which revokes it from all of them.`
  },
  "column-privileges": {
    why: "The privilege is granted on columns. This action revokes privileges on whole tables only, and a REVOKE on the table would include its columns."
  },
  "for-all-schemas": {
    why: "The default privileges are for all schemas of the database. This action revokes those of the schemas that it checks."
  },
  "is-owner": {
    why: (owner) => sentence`${name(owner)} owns it, so it can do more there than the privilege lists say.`,
    noSql: true
  },
  "can-act-as-owner": {
    why: (owner) => sentence`The grantee can act as ${name(owner)}, which owns what this action checks, so it can do more than the privilege lists say.`,
    noSql: true,
    noteFirst: true,
    advice: sentence`What the grantee holds only by the membership goes with it: run this action afterwards with \`mode: apply\`.`
  },
  "other-identity": {
    why: (role, _, identity) => boundToAnother(role, identity),
    noSql: true,
    advice: sentence`Or run the action \`principal\` of this repository with \`rebind: true\`.`
  },
  "no-identity": {
    why: (role, _, identity) => sentence`${name(role)} is not bound to a Microsoft Entra identity, so object ID ${code(identity?.expected ?? "")} cannot sign in as it.`,
    noSql: true
  }
};
var REASONS = ENTRIES;
function boundToAnother(role, identity) {
  const { expected = "", bound = "", expectedTenant, boundTenant } = identity ?? {};
  const of = (tenant) => tenant === void 0 ? EMPTY : sentence` of tenant ${code(tenant)}`;
  return sentence`${name(role)} is bound to object ID ${code(bound)}${of(boundTenant)}, not to ${code(expected)}${of(expectedTenant)}, so the app cannot sign in.`;
}

// src/render/phrases.ts
function runner({ as, byMember, database }) {
  const who = byMember ? sentence`a member of ${name(as)}` : name(as);
  return database === void 0 ? who : sentence`${who} in database ${name(database)}`;
}
var ICONS = {
  "in-sync": "\u2705",
  repaired: "\u{1F527}",
  drift: "\u274C",
  error: "\u26A0\uFE0F"
};
var VERDICTS = {
  "in-sync": "in sync",
  repaired: "repaired",
  drift: "drift",
  error: "could not check"
};
var KIND_WORDS = {
  "default-privileges": ["set of default privileges", "sets of default privileges"],
  identity: ["identity", "identities"]
};
function wordsOf2(kind) {
  return KIND_WORDS[kind] ?? [kind.replaceAll("-", " ")];
}
function countKind(kind, n) {
  return count(n, ...wordsOf2(kind));
}
function countTypes({ tables, sequences, routines }) {
  const checked = [count(tables, "table"), count(sequences, "sequence")];
  return routines ? [...checked, count(routines, "routine")] : checked;
}
function countKinds(objects) {
  return series(groupsOf(objects, ({ kind }) => kind).map((same) => countKind(same[0].kind, same.length)));
}
function countObjects(objects) {
  const kinds = new Set(objects.map(({ kind }) => kind));
  return kinds.size > 2 ? count(objects.length, "object") : countKinds(objects);
}
function hasNoOwner(object) {
  return object?.kind === "identity" || object?.kind === "role";
}
function objectText(object, pen) {
  if (object.kind === "default-privileges") return objectName(object, pen);
  if (object.kind === "identity") return `identity of ${pen.name(object.name)}`;
  return `${wordsOf2(object.kind)[0]} ${objectName(object, pen)}`;
}
function objectName({ kind, schema, name: name3, arguments: types2, owner }, pen) {
  if (kind === "default-privileges")
    return `future ${name3} of ${pen.name(owner)}${schema === void 0 ? "" : ` in schema ${pen.name(schema)}`}`;
  if (kind === "database" || kind === "schema" || schema === void 0) return pen.name(name3);
  if (types2 === void 0) return pen.name(schema, name3);
  return pen.code(`${quoteName(schema, name3.slice(0, -`(${types2})`.length))}(${visibleSql(types2)})`);
}
var MAX_NAMES2 = 3;
function privilegesText(objects, pen) {
  return objectAndPrivileges(objects, pen).join(": ");
}
function objectAndPrivileges(objects, pen) {
  const [first] = objects;
  const names3 = () => some(objects, MAX_NAMES2, (object) => objectName(object, pen));
  const on = objects.length === 1 ? objectText(first, pen) : `${countKind(first.kind, objects.length)} (${names3()})`;
  const from = first.sources ? ` (${first.sources.map((source) => sourceText(source, pen)).join(", ")})` : "";
  return [on, `${first.privileges.join(", ")}${from}`];
}
function sourceText(source, pen) {
  return source.source === "role" ? `role ${pen.name(source.role)}` : SOURCES[source.source];
}
var SOURCES = {
  direct: "granted directly",
  owner: "ownership",
  public: "PUBLIC",
  column: "column grants",
  superuser: "superuser",
  server: "the server's own rules"
};
function serverText({ host, port: port2 }, pen) {
  return pen.code(port2 === 5432 ? host : `${host}:${port2}`);
}
function placeText(database, pen) {
  return `${databaseName(database, pen)} on ${serverText(database, pen)}`;
}
function databaseName({ database, error: error2 }, pen) {
  if (!error2 || !database.includes("*")) return pen.name(database);
  return database === "*" ? "every database" : pen.code(database);
}
var DOMAIN = /\.[a-z].*$/i;
function hasServers(databases) {
  return databases.some(({ host, port: port2 }) => host !== databases[0]?.host || port2 !== databases[0]?.port);
}
function placesIn({ databases }, pen) {
  if (!hasServers(databases)) return (database) => databaseName(database, pen);
  const domains = new Set(databases.map(({ host }) => DOMAIN.exec(host)?.[0]));
  const [domain = ""] = domains.size === 1 ? domains : [];
  return ({ host, ...others }) => placeText({ ...others, host: host.slice(0, host.length - domain.length) }, pen);
}
function holdersText(report, pen, roles, what, where) {
  const [first, ...others] = new Set(roles);
  if (first === void 0) return [];
  const who = some([first, ...others], MAX_NAMES2, String);
  const places = some([...new Set(where)], MAX_NAMES2, placesIn(report, pen));
  return [`${who} ${others.length === 0 ? "holds" : "hold"} ${what} in ${places}`];
}
function targetsIn(report, pen) {
  const place2 = placesIn(report, pen);
  return ({ database, grantee, error: error2 }) => {
    if (!grantee) return `${error2 ? "" : "privileges that nobody declared in "}${place2(database)}`;
    const grants = database.grantees.filter((other) => other.grantee === grantee.grantee);
    const schemas2 = grants.length > 1 ? `, ${schemasText(grantee, pen)}` : "";
    return `${pen.name(grantee.grantee)} in ${place2(database)}${schemas2}`;
  };
}
var MAX_SCHEMAS = 8;
function schemasText({ schemas: schemas2 }, pen) {
  if (schemas2 === "*") return "every schema";
  return `${schemas2.length === 1 ? "schema" : "schemas"} ${some(schemas2, MAX_SCHEMAS, (name3) => pen.name(name3))}`;
}

// src/render/explain.ts
function causeText({ what, isDrift, owner, objects }, pen) {
  const title = isDrift ? what : `${what} (a warning)`;
  const [first] = objects;
  if (hasNoOwner(first)) return `${title}: ${objectText(first, pen)}`;
  return `${title} on ${countKinds(objects)} owned by ${pen.name(owner)}`;
}
function explain({ owner, reason, findings: findings2, fix, inOrder: inOrder2 }, login, place2) {
  const { as, sql, first = [], note } = fix;
  const { why, noteFirst, isEnough } = REASONS[reason];
  const serverMessage = findings2.find((finding) => finding.serverMessage !== void 0)?.serverMessage;
  const noted = note === void 0 ? [] : [note];
  return [
    sentenceOf(typeof why === "function" ? why(owner, login, findings2[0]?.identity) : why),
    ...serverMessage === void 0 ? [] : [sentence`The server said: ${quoted(serverMessage.replace(/\.$/, ""))}.`],
    ...noteFirst ? [...noted, ...run4("Run", IN_REPORT)] : [],
    ...isEnough ? [...noted, ...run4("Or run", place2)] : [],
    ...noteFirst || isEnough ? [] : [...run4("Run", place2), ...noted]
  ];
  function run4(verb, where) {
    if (as === void 0) return [];
    const begin = inOurWords(verb);
    if (sql === void 0) {
      const how = inOrder2 ? inOurWords("in the order shown") : sentence`as ${runner({ ...fix, as })}`;
      return [sentence`${begin} ${where} ${how}.`];
    }
    return [...first, { ...fix, as, sql }].map(
      (each, n) => sentence`${n === 0 ? begin : inOurWords("Then run")} as ${runner(each)}: ${code(each.sql)}`
    );
  }
}
function explanationLines(cause, login) {
  const why = explain(cause, login, inOurWords("the SQL in the job summary")).map(plain.sentence);
  return [why.join(" "), ...stepLines(cause.fix.steps ?? [])];
}
var IN_REPORT = inOurWords("the SQL in the JSON report");

// src/model/report.ts
var MODES = ["apply", "check", "plan"];
var VERDICTS2 = ["in-sync", "repaired", "drift", "error"];
var severity = (verdict) => VERDICTS2.indexOf(verdict);
function worst(verdicts) {
  return VERDICTS2.findLast((verdict) => verdicts.includes(verdict)) ?? "in-sync";
}
var UNDECLARED = ["ignore", "warn", "fail"];
function warning2(code2, message) {
  return message === void 0 ? [] : [{ code: code2, message }];
}

// src/render/findings.ts
var known = /* @__PURE__ */ new WeakMap();
function causesOf(grantee) {
  const { missing, extra, onExtra } = grantee;
  const causes = known.get(grantee) ?? [
    ...causesIn("Missing", true, missing),
    ...causesIn("More than requested", extraIsDrift(onExtra), extra)
  ];
  known.set(grantee, causes);
  return causes;
}
function causesIn(what, isDrift, findings2) {
  const keyOfCause = ({ owner, reason, fix }) => `${reason}\0${owner}\0${fix.as}\0${JSON.stringify([fix.note, fix.steps])}`;
  return groupsOf(findings2, keyOfCause).map((group) => {
    const [first, ...others] = group;
    const { sql, first: before, ...shared } = first.fix;
    return {
      what,
      isDrift,
      owner: first.owner,
      reason: first.reason,
      findings: distinctBy(group, lineKey),
      objects: distinctIn(group),
      fix: others.every((other) => other.fix.sql === sql) ? first.fix : shared,
      inOrder: group.some(({ fix }) => fix.first !== void 0)
    };
  });
}
function alike(findings2) {
  return groupsOf(findings2, (finding) => [finding.kind, finding.schema ?? "", contentKey(finding)].join("\0"));
}
function distinctIn(list) {
  return distinctBy(list, objectKey);
}
function objectKey({ kind, schema, name: name3, owner }) {
  return `${kind}\0${schema}\0${name3}${kind === "default-privileges" ? `\0${owner}` : ""}`;
}
function lineKey(finding) {
  return `${objectKey(finding)}\0${contentKey(finding)}`;
}
function contentKey({ privileges: privileges2, sources }) {
  return `${privileges2.join()}\0${JSON.stringify(sources)}`;
}
function targetsOf({ databases, undeclared: judged }) {
  return databases.flatMap((database) => {
    const { error: error2, grantees, undeclared = [] } = database;
    if (error2) return [{ database, verdict: "error", error: error2 }];
    const others = judged === "fail" && undeclared.length > 0 ? [{ database, verdict: "drift" }] : [];
    return [
      ...grantees.map((grantee) => ({ database, grantee, verdict: grantee.verdict, error: grantee.error })),
      ...others
    ];
  }).toSorted((a, b) => severity(b.verdict) - severity(a.verdict));
}
function lookedAt(report) {
  const checked = targetsOf(report).filter(({ error: error2 }) => error2 === void 0);
  const once2 = groupsOf(
    checked,
    ({ database: { host, port: port2, database }, grantee }) => JSON.stringify([host, port2, database, grantee?.schemas])
  );
  const sum = (what) => once2.reduce((total, [{ grantee }]) => total + (grantee?.objects[what] ?? 0), 0);
  return { tables: sum("tables"), sequences: sum("sequences"), routines: sum("routines"), skipped: sum("skipped") };
}
function checkedIn(databases) {
  return databases.flatMap((database) => database.grantees.map((grantee) => ({ database, grantee })));
}
function objectsIn(checked, list) {
  const roles = groupsOf(
    checked,
    ({ database: { host, port: port2, database }, grantee: { grantee } }) => JSON.stringify([host, port2, database, grantee])
  );
  return roles.flatMap((grants) => distinctIn(grants.flatMap(({ grantee }) => list(grantee))));
}
function countsOf(checked) {
  return {
    missing: objectsIn(checked, ({ missing }) => missing).length,
    granted: objectsIn(checked, ({ granted }) => granted).length,
    extra: objectsIn(checked, ({ extra }) => extra).length,
    revoked: objectsIn(checked, ({ revoked }) => revoked).length
  };
}
function changesOf({ granted, revoked, unconfirmed = [] }) {
  const unknown = "Unconfirmed (sent, but no answer came)";
  const all2 = [
    { done: "Granted", past: "granted privileges on", changed: granted },
    { done: "Revoked", past: "revoked privileges on", changed: revoked },
    { done: unknown, past: "got no answer for", changed: unconfirmed }
  ];
  return all2.filter(({ changed }) => changed.length > 0);
}

// src/render/drift.ts
var SHOWN_ROWS = 12;
var FOLDED_ROWS = 1e3;
var OPEN_LINES = 10;
function driftPart(page, { user }, grantee, several = false) {
  for (const each of causesOf(grantee)) {
    const { sql: _, first: __, ...fix } = each.fix;
    const cause = several ? { ...each, fix } : each;
    const lines2 = explain(cause, user, inOurWords("the SQL below")).map(markdown.sentence);
    page.add([`**${causeText(cause, markdown)}**`, ...lines2].join("<br>"));
    if (cause.fix.steps !== void 0) page.add(`**What to do:**

${stepList(cause.fix.steps)}`);
    if (!hasNoOwner(cause.objects[0])) findingsTable(page, cause);
  }
}
function findingsTable(page, { what, findings: findings2, objects }) {
  const head = ["Object", what === "Missing" ? what : "Extra"];
  const cells = (finding) => objectAndPrivileges([finding], cell);
  if (findings2.length <= SHOWN_ROWS) {
    page.table(head, findings2, cells);
    return;
  }
  const largest = alike(findings2).toSorted((a, b) => b.length - a.length);
  page.table(head, largest.slice(0, SHOWN_ROWS), (group) => objectAndPrivileges(group, cell));
  page.fold(`All ${countObjects(objects)}`, () => page.table(head, findings2, cells, FOLDED_ROWS));
}
function changedPart(page, title, changed) {
  page.fold(title, () => page.list(changed, (object) => privilegesText([object], markdown), FOLDED_ROWS));
}
function fixesPart(page, blocks, most, note) {
  const isLong = ({ statements: statements2 }) => statements2.reduce((sum, sql) => sum + sql.length, 0) > most;
  for (const block of blocks) {
    const { statements: statements2 } = block;
    const counted = count(statements2.filter((statement) => !TRANSACTION.has(statement)).length, "statement");
    if (isLong(block)) {
      const who = markdown.sentence(runner(block));
      page.add(`**SQL for ${who}** (${counted}${note(block)}): too long to show here. The output \`sql\` holds it.`);
      continue;
    }
    const sql = statements2.map(visibleSql).join("\n");
    page.fold(
      `<b>SQL for ${markup.sentence(runner(block))}</b> (${counted}${note(block)})`,
      () => page.add(codeBlock("sql", sql)),
      sql.split("\n").length <= OPEN_LINES
    );
  }
  if (blocks.some(isLong)) page.add(UPLOAD);
}
var UPLOAD = `To get the whole SQL, upload the SQL file (output \`sql\`). Give this step \`id: grants\`, and add a step after it:

${codeBlock(
  "yaml",
  `- uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0
  if: \${{ !cancelled() }}
  with: { name: sql, path: "\${{ steps.grants.outputs.sql }}" }`
)}`;
var TRANSACTION = /* @__PURE__ */ new Set(["BEGIN;", "COMMIT;"]);

// src/render/undeclared.ts
var MAX_LINES = 200;
var REVOKES = " Check that nothing needs the rest before you run the SQL that revokes it. That SQL is also the last part of the SQL file (output `sql`).";
function undeclaredPart(page, report, database, maxSql) {
  const { undeclared = [], undeclaredFixes = [] } = database;
  if (undeclared.length === 0) return;
  page.add(`**Privileges that nobody declared${report.undeclared === "fail" ? "" : " (a warning)"}**`);
  const line = (entry) => {
    const { as, note } = entry.fix;
    const by = as && `Can be revoked by ${markdown.sentence(runner({ ...entry.fix, as }))}`;
    return [undeclaredLine(entry, markdown), by, note && markdown.sentence(note)].filter(Boolean).join(". ");
  };
  page.list(undeclared, line, MAX_LINES);
  page.add(`Declare what is needed: add the role as a grantee.${undeclaredFixes.length === 0 ? "" : REVOKES}`);
  fixesPart(page, undeclaredFixes, maxSql, () => ", which this action never runs");
}
function undeclaredLine(entry, pen) {
  const { kind, objects, privileges: privileges2, onColumns, schema } = entry;
  const on = `${onColumns ? "columns of " : ""}${countKind(kind, objects)}`;
  return `${roleText(entry, pen)}: ${privileges2.join(", ")} on ${on} in schema ${pen.name(schema)}`;
}
function undeclaredText(report, pen) {
  const found2 = report.databases.filter(({ undeclared = [] }) => undeclared.length > 0);
  const roles = found2.flatMap(({ undeclared = [] }) => undeclared.map((entry) => roleText(entry, pen)));
  return holdersText(report, pen, roles, "privileges that nobody declared", found2);
}
function roleText({ role, isPublic: isPublic2 }, pen) {
  return isPublic2 ? role : pen.name(role);
}

// src/render/headline.ts
var MAX_NAMES3 = 3;
function headline(report, pen) {
  if (report.error) return "Could not check anything.";
  const targets = targetsOf(report);
  const failed = targets.filter(({ verdict }) => verdict === "error");
  if (failed.length === 0) return `${findings(report, pen)}.`;
  const named3 = failed.length <= MAX_NAMES3 ? series(failed.map(targetsIn(report, pen))) : void 0;
  const what = named3 ?? `${failed.length} of ${count(targets.length, "target")}`;
  return failed.length === targets.length ? `${couldNot(failed)} ${what}${onServer(report, pen)}${doneBefore(failed)}.` : `${couldNot(failed)} ${what}${doneBefore(failed)}. ${findings(report, pen)}.`;
}
var couldNot = (failed) => `Could not ${failed.every(({ database }) => database.error && database.grantees[0]) ? "finish" : "check"}`;
function doneBefore(failed) {
  const done = changes(failed.flatMap(({ database }) => database.error ? database.grantees : []));
  return done.length > 0 ? `, but ${series(done)} before that` : "";
}
function changes(grantees) {
  return groupsOf(grantees.flatMap(changesOf), ({ past }) => past).map(
    (group) => `${group[0].past} ${countObjects(group.flatMap(({ changed }) => changed))}`
  );
}
function verdictLine(report) {
  const line = headline(report, plain);
  return report.error ? [line, ...failureLines(report.error, report.run?.docs)].join("\n") : line;
}
function findings(report, pen) {
  const checked = targetsOf(report).flatMap(
    ({ database, grantee, error: error2 }) => grantee && !error2 ? [{ database, grantee }] : []
  );
  const all2 = about(checked);
  const drifting = checked.filter(({ grantee }) => grantee.verdict === "drift");
  const drift2 = report.mode === "plan" ? "Plan" : "Drift";
  if (drifting.length > 0) {
    const { who, is, holds: holds2, where } = about(drifting);
    const missing = objectsIn(drifting, lackingIn);
    const isUnbound = drifting.some(({ grantee }) => lackingIn(grantee).length < grantee.missing.length);
    const extra = objectsIn(drifting, (grantee) => grantee.extra);
    const found2 = [
      ...isUnbound ? [`${is} not bound to the expected Microsoft Entra identity`] : [],
      ...missing.length > 0 ? [`${is} missing privileges on ${countObjects(missing)}`] : [],
      ...extra.length > 0 ? [`${holds2} more privileges than requested on ${countObjects(extra)}`] : []
    ];
    return `${drift2}: ${who} ${series(found2)} in ${where}${applied(report.mode, drifting)}`;
  }
  const [undeclared] = report.undeclared === "fail" ? undeclaredText(report, pen) : [];
  if (undeclared !== void 0) return `${drift2}: ${undeclared}`;
  const requested = "every requested privilege";
  const done = changes(all2.grantees);
  if (done.length > 0) return `Repaired: ${series(done)}. ${all2.who} now ${all2.holds} ${requested} in ${all2.where}`;
  const { tables, sequences, routines } = lookedAt(report);
  return `In sync: ${all2.who} ${all2.holds} ${requested} on ${count(tables + sequences + routines, "object")} in ${all2.where}`;
  function about(some2) {
    const grantees = some2.map(({ grantee }) => grantee);
    const names3 = [...new Set(grantees.map(({ grantee }) => grantee))];
    return {
      grantees,
      who: names3.length <= MAX_NAMES3 ? series(names3.map((name3) => pen.name(name3))) : count(names3.length, "grantee"),
      ...names3.length > 1 ? { is: "are", holds: "hold" } : { is: "is", holds: "holds" },
      where: place([...new Set(some2.map(({ database }) => database))], report, pen)
    };
  }
}
function lackingIn({ missing }) {
  return missing.filter(({ kind }) => kind !== "identity");
}
function applied(mode, checked) {
  const total = objectsIn(checked, lackingIn).length;
  if (mode !== "plan" || total === 0) return "";
  const isBlocked = ({ reason }) => reason !== "not-granted";
  const blocked = objectsIn(checked, (grantee) => lackingIn(grantee).filter(isBlocked)).length;
  const what = blocked === 0 ? "all of them" : `them on ${total - blocked || "none"} of the ${total}`;
  return `; \`mode: apply\` can grant ${what}`;
}
function place(databases, report, pen) {
  const all2 = report.databases.length;
  const many = `${databases.length === all2 ? "all" : `${databases.length} of`} ${count(all2, "database")}`;
  return (databases.length <= MAX_NAMES3 ? series(databases.map(placesIn(report, pen))) : many) + onServer(report, pen);
}
function onServer({ databases }, pen) {
  const [first] = databases;
  return first && !hasServers(databases) ? ` on ${serverText(first, pen)}` : "";
}

// src/render/page.ts
var END = 200;
var MORE = "more in the JSON report (output `report`)";
var sizeOf = (text) => Buffer.byteLength(text);
function openPage(limit, cut2) {
  const parts = [];
  const room = limit - sizeOf(cut2) - END;
  let size = 0;
  let full = false;
  const put = (text) => {
    parts.push(text);
    size += sizeOf(text);
  };
  const fits3 = (text) => {
    full ||= size + sizeOf(text) > room;
    return !full;
  };
  function lines2(items, line, more, most = Number.POSITIVE_INFINITY) {
    if (full) return;
    const end = size + (room - size) / 2;
    for (const [index, item] of items.entries()) {
      const text = line(item);
      if (index === most || size + sizeOf(text) > end || !fits3(text)) {
        put(more);
        break;
      }
      put(text);
    }
    put("\n");
  }
  return {
    /** Adds a block unless the page is full. */
    add(block) {
      const text = `${block}

`;
      if (fits3(text)) put(text);
    },
    /** Adds a list with a line for each item, as many as fit, at most `most`. Only those shown are written. */
    list(items, line, most) {
      lines2(items, (item) => `- ${line(item)}
`, `- and ${MORE}
`, most);
    },
    /** Adds a table with a row for each item, as a list has lines. The cells are written with the pen for cells. */
    table(head, items, cells, most) {
      const first = `| ${head.join(" | ")} |
|${" :-- |".repeat(head.length)}
`;
      if (!fits3(first)) return;
      put(first);
      lines2(items, (item) => `| ${cells(item).join(" | ")} |
`, `
And ${MORE}.
`, most);
    },
    /** Adds content below a fold. `title` is HTML. */
    fold(title, content, open = false) {
      const start2 = `<details${open ? " open" : ""}><summary>${title}</summary>

`;
      if (!fits3(start2)) return;
      put(start2);
      content();
      put("</details>\n\n");
    },
    close: () => `${parts.join("")}${full ? `${cut2}
` : ""}`
  };
}

// src/render/issue.ts
function subjectsOf(report) {
  return checkedIn(report.databases).map(({ database, grantee }) => ({
    database,
    grantee,
    report: { ...report, databases: [{ ...database, grantees: [grantee] }] }
  }));
}
var MAX_OBJECTS = 16e3;
function markerOf({ database, grantee }) {
  const { host, port: port2, database: name3, fixes } = database;
  const { schemas: schemas2 } = grantee;
  const scope = schemas2 === "*" ? "*" : [...new Set(schemas2)].toSorted();
  const findings2 = findingsOf(grantee);
  const objects = [...new Set(findings2.map((each) => objectText(each, plain).replaceAll(">", "\u203A")))].toSorted();
  return {
    key: digest([host.toLowerCase(), port2, name3, grantee.grantee, scope]),
    found: digest(objects),
    text: digest([findings2.map((each) => JSON.stringify(each)).toSorted(), fixes]),
    objects: objects.join("\n").length > MAX_OBJECTS ? [] : objects
  };
}
function findingsOf(grantee) {
  return extraIsDrift(grantee.onExtra) ? [...grantee.missing, ...grantee.extra] : grantee.missing;
}
function digest(value) {
  return (0, import_node_crypto.createHash)("sha256").update(JSON.stringify(value)).digest("hex");
}
var MARKER = /^\s*<!-- azure-postgres-grants drift ([0-9a-f]{64}) ([0-9a-f]{64}) ([0-9a-f]{64})([^>]*)-->/;
function readMarker(body) {
  const [, key, found2, text, objects] = MARKER.exec(body ?? "") ?? [];
  if (!key || !found2 || !text || objects === void 0) return void 0;
  return { key, found: found2, text, objects: objects.split(/[\r\n]+/).filter((line) => line.trim() !== "") };
}
var MAX_TITLE = 256;
function issueTitle(subject) {
  const what = "Drift of PostgreSQL privileges";
  const title = `${what}: ${aboutText(subject)}`;
  return title.length <= MAX_TITLE ? title : what;
}
function aboutText({ database, grantee }) {
  return `${markdown.name(grantee.grantee)} in ${placeText(database, markdown)}`;
}
var MAX_BODY = 65536;
var MAX_SQL = 24e3;
var MAX_NAMES4 = 8;
function issueBody(subject, run4) {
  const { database, grantee, report } = subject;
  const { key, found: found2, text, objects } = markerOf(subject);
  const foot = `---

Found by ${run4}. azure-postgres-grants maintains this issue: when it finds something else, it updates this text, adds a comment if the set of objects has changed, and closes the issue if the drift is gone. You can add comments; changes to this text are lost.
`;
  const cut2 = `The rest did not fit here. The JSON report of ${run4} is complete (output \`report\`).
`;
  const page = openPage(MAX_BODY - Buffer.byteLength(foot), cut2);
  page.add([`<!-- azure-postgres-grants drift ${key} ${found2} ${text}`, ...objects, "-->"].join("\n"));
  page.add(`### \u274C ${headline(report, markdown)}`);
  page.add(`Checked ${schemasText(grantee, markdown)} \xB7 as ${markdown.name(database.user)} \xB7 mode \`${report.mode}\``);
  driftPart(page, database, grantee);
  const drifting = database.grantees.filter(({ verdict }) => verdict === "drift").length;
  const note = drifting > 1 ? `, for all ${drifting} grantees with drift in this database` : "";
  fixesPart(page, database.fixes, MAX_SQL, () => note);
  return page.close() + foot;
}
function tasksFor(report, issues) {
  const byKey = Map.groupBy(issues, ({ key }) => key);
  return subjectsOf(report).flatMap((subject) => {
    const { verdict } = subject.grantee;
    if (verdict === "error") return [];
    const now = markerOf(subject);
    const issue2 = byKey.get(now.key)?.[0];
    const to = (change) => [{ subject, now, change, issue: issue2 }];
    if (verdict !== "drift") return issue2?.open ? to("closed") : [];
    if (issue2 === void 0) return to("opened");
    if (!issue2.open) return to("reopened");
    return to(issue2.text === now.text ? "unchanged" : "updated");
  });
}
var COMMENTS = {
  updated: "The set of objects has changed; the text above is up to date.",
  reopened: "There is drift, so this issue is open again; the text above is up to date.",
  closed: "The drift is gone."
};
function issueComment(task, run4) {
  const { subject, now, change, issue: issue2 } = task;
  const begin = COMMENTS[change];
  if (begin === void 0 || change === "updated" && issue2?.found === now.found) return void 0;
  return `${begin}${news(task)} ${headline(subject.report, markdown)}

Found by ${run4}.`;
}
function news({ change, now, issue: issue2 }) {
  const before = issue2?.objects ?? [];
  if (change !== "updated" || now.objects.length === 0 || before.length === 0) return "";
  const text = (what, objects, others) => {
    const known2 = new Set(others);
    const list = objects.filter((object) => !known2.has(object));
    return list.length === 0 ? "" : ` ${what}: ${some(list, MAX_NAMES4, markdown.code)}.`;
  };
  return text("New", now.objects, before) + text("Gone", before, now.objects);
}
var MAX_LINES2 = 20;
function issuesPart(done) {
  const link = ({ issue: issue2 }) => `[#${issue2?.number}](${issue2?.url})`;
  const same = done.filter(({ change }) => change === "unchanged");
  const changed = done.filter(({ change }) => change !== "unchanged");
  const line = (task) => `- ${link(task)} ${task.change}: ${aboutText(task.subject)}.${news(task)}`;
  return [
    "**Drift issues, since the last run**\n",
    ...upTo(MAX_LINES2, changed, line, (rest) => `- ${grouped(rest)} more in the log`),
    ...same.length > 0 ? [`- Nothing is new in ${some(same, MAX_NAMES4, link)}.`] : [],
    ""
  ].join("\n");
}

// src/github/drift-issue/refusal.ts
function refusalIn(error2) {
  const { status = 0, message = String(error2), response } = error2 ?? {};
  return { status, message, headers: response?.headers ?? {} };
}
function isLimit({ status, message, headers }) {
  if (status === 429 || /submitted too quickly/i.test(message)) return true;
  const says = "retry-after" in headers || headers["x-ratelimit-remaining"] === "0";
  return status === 403 && says || /^4/.test(`${status}`) && /rate limit|abuse detection|\bquota\b/i.test(message);
}
var LIMIT_WAIT = 6e4;
function waitAsked(refusal2) {
  const { headers } = refusal2;
  if ("retry-after" in headers) return 1e3 * Number(headers["retry-after"]) || void 0;
  if (!isLimit(refusal2)) return void 0;
  const reset = 1e3 * Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] !== "0" || !reset) return LIMIT_WAIT;
  return Math.max(1e3, reset - Date.now());
}

// src/github/drift-issue/rules.ts
function diagnoseIssue(error2, env = {}) {
  const refusal2 = refusalIn(error2);
  const known2 = isLimit(refusal2) ? Object.assign(new Error(refusal2.message), { code: "RATE_LIMIT" }) : error2;
  const host = URL.parse(env.GITHUB_API_URL ?? "")?.host ?? "api.github.com";
  const context = { with: "github-issues", ...wayTo(host, env) };
  return diagnoseBy([...PROXY, ...REFUSALS, ...NETWORK, ...OTHERS], known2, context);
}
var issueError = (error2, env) => new ActionError(diagnoseIssue(error2, env), { cause: error2, wait: waitAsked(refusalIn(error2)) });
var OMIT_TOKEN = "Omit `github-token` to use the job's own token, with `permissions: issues: write` on the job.";
var refused2 = byItsWords("GitHub refused the request", "`github-token` or a setting of the repository");
var REFUSALS = rulesFor("github-issues", {
  "issues-web-site": [
    [/^Cookies must be enabled|certificate's altnames/, { status: ["2xx", "4xx"], text: /^\s*</ }],
    "A web site, a firewall or a page to sign in answered instead of GitHub's API, or GitHub Enterprise Server under a name that is not in its certificate: the address in `GITHUB_API_URL` is not that of the API, or a single sign-on is in front of GitHub's server.",
    seeAnswer,
    "If GitHub's web site answers, let no step set `GITHUB_API_URL`. It is `https://api.github.com` on github.com. On GitHub Enterprise Server, it ends in `/api/v3`, and its host must be in the server's certificate.",
    "If a page to sign in answers, exempt the API from the sign-in in front of the server: all paths that begin with `/api/`.",
    "If a firewall answers, ask its administrator for an exception, with the support ID in the answer."
  ],
  "issues-rate-limit": [
    "RATE_LIMIT",
    "The rate limit of GitHub's API was reached. All requests with the tokens of one user, or of one installation of an App, count together.",
    "Wait for the next run: it continues where this one stopped. If GitHub names a secondary limit, too many requests came at once: also run fewer jobs at the same time (`max-parallel`).",
    "If `github-token` is set, omit it: the job's own token has its own limit.",
    { retries: 1 }
  ],
  "issues-token-refused": [
    [{ status: [401] }, { status: [403], text: /suspended|login attempts/i }],
    (_context, { text }) => `${/JSON web token|'(exp|iat|iss)'/i.test(text) ? "`github-token` is not a token of the API: it is a GitHub App's JWT, a private key or an ID token" : "GitHub does not accept `github-token`, or the job's own token: it has expired, was revoked, is for another GitHub server, or its account is suspended. After too many wrong ones, GitHub refuses all for some minutes. The job's own token is valid until the job ends, and for at most 24 hours"}.`,
    "Omit `github-token`, if it is set, to use the job's own token (`github.token`), or set one that is still valid, such as an installation token of `actions/create-github-app-token`. If it is not set, run this step in a job that takes less than 24 hours."
  ],
  "issues-ip-not-allowed": [
    { status: [403], text: /IP allow list|IP address .*not permitted/i },
    "The organization lets only some IP addresses use GitHub's API, and the runner's is not one of them.",
    "Use a runner whose address is on the organization's IP allow list, or let an owner of the organization add the address, if it is a static one. Or set `drift-issue: false`."
  ],
  "issues-no-comment": [
    { status: [403, 410, 422], text: /issue (is|has been) locked|commenting is disabled|issue was deleted/i },
    "The drift issue accepts no changes: its conversation is locked, it has 2,500 comments already, or it was deleted.",
    (_context, { text }) => `${/locked/.test(text) ? "Unlock the conversation of the drift issue" : /deleted/.test(text) ? "Wait for the next run, which opens a new issue" : "Close the drift issue and remove its label: the next run opens a new one"}.`
  ],
  "issues-not-accessible": [
    /not accessible by integration/i,
    "The job's token, or the GitHub App of `github-token`, cannot write issues. In a run for a pull request from a fork, the job's token can only read by default.",
    "If `github-token` is not set, set these permissions on the job. A permission that is not listed there is not granted. If this is a reusable workflow, also set them on the job that calls it:",
    run("permissions:\n  id-token: write\n  contents: read\n  issues: write"),
    "If `github-token` is set, give its App the permission Issues: Read and write, and accept it where the App is installed."
  ],
  "issues-not-permitted": [
    [
      { status: [403], text: /^forbidden|not (accessible|have|granted)|limited the ability|must have|required scope/i },
      { status: [422], text: /^(?!.*"field").*(Validation Failed(?!:)|not permitted|cannot be assigned|label)/i },
      {
        status: [403, 422],
        text: /SAML|\bSSO\b|single sign-on|forbids access via|fine grained access|OAuth App access restrictions|Enterprise Managed User|email address must|user is blocked|two-factor/i
      }
    ],
    "`github-token` cannot write issues or set labels here: the organization does not accept the token as it is, the token has no permission for this repository, or its user has no triage access to it.",
    OMIT_TOKEN,
    (_context, { text }) => `Or ${/SAML|\bSSO\b|single sign-on/i.test(text) ? "authorize the token for the organization, as its user: Configure SSO at https://github.com/settings/tokens" : /OAuth App access/.test(text) ? "let an owner of the organization allow the App, in its settings under Third-party Access" : /email/.test(text) ? "verify the e-mail address of its user at https://github.com/settings/emails" : /forbids|fine.grained|Managed|blocked|factor/.test(text) ? "do what GitHub's message asks for" : "edit the token: give it this repository, and the permission Issues: Read and write (a classic token: scope `repo`; on Forgejo and Gitea: `write:issue`). Its user needs triage access"}.`
  ],
  "issues-disabled": [
    [{ status: [410], text: /disabled/i }, /repository was archived/i],
    (_context, { text }) => `${/archived/.test(text) ? "The repository is archived" : "Issues are disabled here"}.`,
    (_context, { text }) => `In the repository's settings, ${/archived/.test(text) ? "unarchive it under Danger Zone" : "enable issues under Features"}, or set \`drift-issue: false\`.`
  ],
  "issues-not-found": [
    [{ status: [404] }, /cannot be searched|Could not resolve to a Repository/],
    "GitHub does not show the repository or its issues to this token: `github-token` is for other repositories, its App is not installed in this one, or it lacks the permission Issues. The job's own token lacks `issues: write`.",
    OMIT_TOKEN,
    "Or let `github-token` reach this repository: select it in the token, or install the App in it, with Issues: Read and write."
  ],
  "issues-refused": [
    { status: ["4xx"], text: /^(?!.*Could not resolve to a node)/ },
    // Octokit quotes each error with its field and its message as JSON.
    (context, { text, ...rest }) => text.includes("too long") ? "The issue that this action writes is longer than this server accepts." : refused2(context, { ...rest, text: text.replaceAll(/["_]|^Validation Failed/g, " ") }),
    (_context, { text }) => /token/i.test(text) ? OMIT_TOKEN : [],
    "Set `drift-issue: false`, if you can do without the issue: the job's summary has the whole report."
  ]
});
var LOST = /fetch failed|aborted/;
var OTHERS = rulesFor("github-issues", {
  "issues-unavailable": [
    [{ status: ["2xx", "5xx"] }, /Could not resolve to a node/],
    (_context, { text }) => `GitHub ${LOST.test(text) ? "could not be reached, or did not answer in time" : "has a fault or an outage, or a proxy answered in its place or cut its answer off"}.`,
    (context, { text }) => context.onGitHub || !LOST.test(text) ? [] : [...seeAnswer(context), ...reachable(context)],
    "Wait for the next run: it continues where this one stopped. GitHub lists its outages: https://www.githubstatus.com",
    { retries: 3 }
  ]
});
var ISSUES = [...REFUSALS, ...OTHERS];

// src/github/drift-issue/tracker.ts
var import_promises3 = require("node:timers/promises");

// src/github/run.ts
var ACTION_VERSION = "0.0.0";
var GITHUB2 = "https://github.com";
function runFacts(startedAt, env) {
  return {
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 100) / 10,
    actionVersion: ACTION_VERSION,
    url: runUrl(env),
    docs: docsUrl(env)
  };
}
function runUrl({ GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID }) {
  if (!GITHUB_RUN_ID || !GITHUB_REPOSITORY) return void 0;
  return `${GITHUB_SERVER_URL || GITHUB2}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
}
function docsUrl({ GITHUB_SERVER_URL, GITHUB_ACTION_REPOSITORY, GITHUB_ACTION_REF }) {
  if (!GITHUB_ACTION_REPOSITORY || !GITHUB_ACTION_REF) return void 0;
  return `${GITHUB_SERVER_URL || GITHUB2}/${GITHUB_ACTION_REPOSITORY}/blob/${GITHUB_ACTION_REF}/docs`;
}

// src/github/drift-issue/obstacles.ts
var MALFORMED_TOKEN = failure({
  code: "issues-token-malformed",
  message: "`github-token` is empty or contains characters that no token has.",
  hint: "The secret that it is set to does not exist, or has a line break at its end.",
  steps: ["Omit `github-token` to use the job's own token, or correct the secret."]
});
function labelDropped(label2, issue2) {
  return failure({
    code: "issues-label-dropped",
    message: sentence`GitHub dropped the label ${code(label2)} of issue ${code(`#${issue2}`)}.`,
    hint: "`github-token` cannot set labels. The next run finds the issue by its label, and would open another one.",
    steps: [
      "Add the label by hand. The first command fails if the repository has it already:",
      run(`gh label create ${label2}`, `gh issue edit ${shell(`${issue2}`)} --add-label ${label2}`),
      "Omit `github-token`, and set `permissions: issues: write` on the job."
    ]
  });
}

// src/github/drift-issue/tracker.ts
var LABEL = "azure-postgres-grants";
var ISSUE_PATIENCE = { firstWait: 1e3, maxTime: 18e4, answerTime: 2e4, pause: 1e3 };
async function openTracker(options) {
  const { env, token } = options;
  const [owner = "", repo = ""] = env.GITHUB_REPOSITORY?.split("/") ?? [];
  if (!/^[\x21-\x7e]+$/.test(token)) throw new ActionError(MALFORMED_TOKEN);
  checkHttps(env);
  rememberSent(token);
  const octokit = await openClient(options);
  const { issues: api } = octokit.rest;
  const repository = { owner, repo };
  const url = runUrl(env);
  return {
    /** A link to this run, in Markdown. */
    run: url === void 0 ? "a run" : `[this run](${url})`,
    /** Open and closed ones, the oldest first. */
    async issues() {
      const parameters = { ...repository, labels: LABEL, state: "all", per_page: 100 };
      const all2 = await octokit.paginate(api.listForRepo, parameters);
      const found2 = all2.flatMap((issue2) => issue2.pull_request ? [] : ours(issue2));
      return distinctBy(found2, ({ number }) => number).toSorted((a, b) => a.number - b.number);
    },
    async create(title, body) {
      const { data } = await api.create({ ...repository, title, body, labels: [LABEL] });
      if (data.labels.length === 0) throw new ActionError(labelDropped(LABEL, data.number));
      const [issue2] = ours(data);
      if (!issue2) throw new Error(`GitHub changed the text of issue #${data.number}.`);
      return issue2;
    },
    async update({ number }, change) {
      await api.update({ ...repository, issue_number: number, ...change });
    },
    async comment({ number }, body) {
      await api.createComment({ ...repository, issue_number: number, body });
    }
  };
}
async function openClient({ env, token, patience = ISSUE_PATIENCE, signal }) {
  const { getOctokit } = await Promise.resolve().then(() => __toESM(require("./actions-github.cjs"), 1));
  const octokit = getOctokit(token, { baseUrl: env.GITHUB_API_URL || "https://api.github.com" });
  const end = Date.now() + patience.maxTime;
  const ended = AbortSignal.timeout(patience.maxTime);
  let nextWrite = 0;
  octokit.hook.wrap("request", (request2, options) => {
    const { fetch } = options.request ?? {};
    const bounded = async (...asked) => inMemory(await fetch(...asked));
    const attempt2 = async () => {
      const writes = options.method !== "GET";
      if (writes) await (0, import_promises3.setTimeout)(Math.max(0, nextWrite - Date.now()), void 0, { signal });
      const late = AbortSignal.timeout(patience.answerTime);
      const signals = [late, ended, ...signal ? [signal] : []];
      options.request = { ...options.request, fetch: bounded, signal: AbortSignal.any(signals) };
      try {
        const answer = await request2(options);
        if (typeof answer.data !== "string") return answer;
        throw Object.assign(new Error(answer.data), { status: answer.status });
      } catch (error2) {
        throw issueError(error2, env);
      } finally {
        if (writes) nextWrite = Date.now() + patience.pause;
      }
    };
    return retryingFailures(attempt2, say, { ...patience, maxTime: end - Date.now() }, signal);
  });
  return octokit;
}
async function inMemory(response) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    boundAnswer(bytes);
    chunks.push(chunk);
  }
  return response.body === null ? response : new Response(new Blob(chunks), response);
}
function ours({ number, state, html_url, body }) {
  const marker = readMarker(body);
  return marker ? [{ ...marker, number, open: state === "open", url: withoutSecrets(html_url) }] : [];
}

// src/github/step.ts
var import_node_fs = require("node:fs");
function publishFailure(annotate, heading, failure2, env) {
  const docs = docsUrl(env);
  annotate(failureLines(failure2, docs).join("\n"));
  addToSummary(() => `${[heading, ...failureBlocks(failure2, docs)].join("\n\n")}

`, env);
}
var isNoticed = false;
function addToSummary(render, { GITHUB_STEP_SUMMARY: file }) {
  if (file) return void orWarn("write the job summary", () => (0, import_node_fs.appendFileSync)(file, render()));
  if (!isNoticed) notice("There is no job summary, because GITHUB_STEP_SUMMARY is not set. The log has the result.");
  isNoticed = true;
}
function orWarn(what, task) {
  try {
    return task();
  } catch (error2) {
    const why = error2 instanceof Error ? error2.message : String(error2);
    warning(visible(`Could not ${what}: ${why}. This does not change the result of the step.`));
    return void 0;
  }
}

// src/github/drift-issue.ts
var MAX_CHANGES = 40;
var ABOUT_ONE_ISSUE = ["issues-not-found", "issues-no-comment", "issues-refused", "unknown"];
async function keepDriftIssues(report, options) {
  if (report.mode === "plan") return;
  if (report.databases.every(({ grantees }) => grantees.every(({ verdict }) => verdict === "error"))) return;
  const failures = /* @__PURE__ */ new Map();
  const attempt2 = async (task) => {
    try {
      await task();
      return true;
    } catch (error2) {
      const failure2 = diagnoseIssue(error2, options.env);
      failures.set(failureKey(failure2), { ...failure2, message: paragraph(NOT_KEPT, failure2.message) });
      return ABOUT_ONE_ISSUE.includes(failure2.code);
    }
  };
  const done = [];
  await attempt2(async () => {
    const tracker = await openTracker(options);
    const issues = await tracker.issues();
    const tasks = tasksFor(report, issues);
    const changes2 = tasks.filter(({ change }) => change !== "unchanged");
    if (changes2.length > MAX_CHANGES) warning(tooMany(changes2.length), TITLE);
    for (const task of changes2.slice(0, MAX_CHANGES)) {
      if (!await attempt2(async () => void done.push(await perform(tracker, task)))) break;
    }
    done.push(...tasks.filter(({ change }) => change === "unchanged"));
    await closeDuplicates(tracker, issues);
  });
  if (done.length > 0) addToSummary(() => issuesPart(done), options.env);
  const annotate = (lines2) => warning(`This does not change the verdict. ${lines2}`, TITLE);
  for (const failure2 of failures.values()) publishFailure(annotate, HEADING, failure2, options.env);
}
var TITLE = { title: "Drift issue" };
var HEADING = "**Drift issues: an error, which does not change the verdict**";
var NOT_KEPT = inOurWords("The drift issues are not up to date.");
async function perform(tracker, task) {
  const { subject, change } = task;
  const body = () => issueBody(subject, tracker.run);
  const issue2 = task.issue ?? await tracker.create(issueTitle(subject), body());
  if (change === "closed") await tracker.update(issue2, { state: "closed", state_reason: "completed" });
  else if (change !== "opened") await tracker.update(issue2, { state: "open", body: body() });
  const comment = issueComment(task, tracker.run);
  if (comment !== void 0) await tracker.comment(issue2, comment);
  log(change, issue2);
  return { ...task, issue: issue2 };
}
async function closeDuplicates(tracker, issues) {
  for (const [oldest, ...others] of groupsOf(issues, ({ key }) => key)) {
    for (const duplicate of others.filter(({ open }) => open)) {
      await tracker.update(duplicate, { state: "closed", state_reason: "not_planned" });
      await tracker.comment(duplicate, `Duplicate of #${oldest.number}: two runs opened an issue at the same time.`);
      log(`closed as a duplicate of #${oldest.number}`, duplicate);
    }
  }
}
function tooMany(changes2) {
  return `${MAX_CHANGES} of ${count(changes2, "drift issue")} were opened, updated or closed, because GitHub limits how much a job can write. Each further run continues with the next ${MAX_CHANGES}. The job summary and the report have all of them.`;
}
function log(what, { number, url }) {
  say(`Drift issue #${number} ${what}: ${url}`);
}

// src/github/output.ts
var import_node_fs2 = require("node:fs");
var import_node_os = require("node:os");
var import_node_path3 = require("node:path");
var import_node_v8 = require("node:v8");

// src/render/annotations.ts
var MAX_FINDINGS = 9;
var MAX_CHARACTERS = 3900;
var MAX_NAMES5 = 3;
var MAX_WARNINGS = 5;
function annotations(report) {
  const findings2 = [...errors(report), ...drift(report)];
  const level = findings2[0]?.level ?? "error";
  const rest = findings2.length - MAX_FINDINGS;
  const more = { level, title: "More findings", message: `${count(rest + 1, "more finding")} in the job summary.` };
  const shown = rest <= 0 ? findings2 : [...findings2.slice(0, MAX_FINDINGS - 1), more];
  return [...shown, ...warnings(report)].map((annotation) => ({ ...annotation, message: cut(annotation.message) }));
}
function errors(report) {
  const failed = targetsOf(report).flatMap(({ error: error2, ...target }) => error2 ? [{ error: error2, ...target }] : []);
  return groupsOf(failed, ({ error: error2 }) => failureKey(error2)).map((group) => ({
    level: "error",
    title: `${couldNot(group)} ${some(group, MAX_NAMES5, targetsIn(report, plain))}`,
    message: failureLines(group[0].error, report.run?.docs).join("\n")
  }));
}
function drift(report) {
  const level = report.mode === "plan" ? "notice" : "error";
  const place2 = placesIn(report, plain);
  const causes = checkedIn(report.databases).flatMap(
    ({ database, grantee }) => causesOf(grantee).flatMap(
      (cause) => cause.isDrift ? { place: place2(database), ...textOf(cause, database, grantee) } : []
    )
  );
  const found2 = groupsOf(causes, ({ who, title, text }) => JSON.stringify([who, title, text])).map((group) => {
    const [{ who, title, text }] = group;
    const where = some([...new Set(group.map(({ place: place3 }) => place3))], MAX_NAMES5, String);
    return { title, message: `${who} in ${where}: ${text}` };
  });
  const undeclared = notDeclared(report, "fail").map((message) => ({ title: "Not declared", message }));
  return [...found2, ...undeclared].map((finding) => ({ level, ...finding }));
}
function textOf(cause, { user }, { grantee }) {
  const lines2 = upTo(
    MAX_NAMES5,
    alike(cause.findings),
    (group) => privilegesText(group, plain),
    (n) => `${n} more`
  );
  const on = hasNoOwner(cause.objects[0]) ? "" : `${lines2.join("; ")}. `;
  const text = on + explanationLines(cause, user).join("\n");
  return { who: plain.name(grantee), title: causeText(cause, plain), text };
}
function notDeclared(report, judged) {
  return report.undeclared === judged ? undeclaredText(report, plain).map(withPlace) : [];
}
function notRequested(report) {
  const warned = checkedIn(report.databases).filter(({ grantee }) => causesOf(grantee).some(({ isDrift }) => !isDrift));
  const roles = warned.map(({ grantee }) => plain.name(grantee.grantee));
  const databases = warned.map(({ database }) => database);
  const what = `more privileges than requested on ${countObjects(objectsIn(warned, ({ extra }) => extra))}`;
  return holdersText(report, plain, roles, what, databases).map(withPlace);
}
var withPlace = (text) => `${text}. The job summary lists them.`;
function warnings(report) {
  const all2 = [
    ...notRequested(report),
    ...notDeclared(report, "warn"),
    ...checkedIn(report.databases).flatMap(
      ({ grantee }) => grantee.warnings.map(({ message: message2 }) => plain.sentence(message2))
    )
  ];
  const distinct = [...new Set(all2)];
  if (distinct.length === 0) return [];
  const more = (rest) => `${count(rest, "more warning")} in the job summary.`;
  const message = upTo(MAX_WARNINGS, distinct, String, more).join("\n");
  return [{ level: "warning", title: count(distinct.length, "warning"), message }];
}
function cut(message) {
  if (message.length <= MAX_CHARACTERS) return message;
  return `${message.slice(0, MAX_CHARACTERS).toWellFormed()}\u2026 (the rest is in the JSON report)`;
}

// src/render/json.ts
var IN_FINDING = /\n {14,}|\n {12}(?=[}\]])/g;
function renderJson(report) {
  const { databases, ...others } = report;
  const inJson = (key, value) => {
    if (key === "error") return failureIn(value, report.run?.docs);
    return isSentence(value) ? plain.sentence(value) : value;
  };
  const text = JSON.stringify({ ...others, databases }, inJson, 2);
  return `${text.replaceAll(IN_FINDING, " ").replaceAll("##[", "#\\u0023[")}
`;
}
function failureIn(failure2, docs) {
  const { code: code2, message, problems = [], hint, steps } = failure2;
  const lines2 = [message, ...problems.map((problem) => sentence`- ${problem}`)];
  return { code: code2, message: lines2.map(plain.sentence).join("\n"), hint, steps, docs: docsLink(failure2, docs) };
}

// src/render/log.ts
var MAX_LINES3 = 200;
function logGroups(report) {
  const { mode } = report;
  return report.databases.map((database) => {
    const { verdict, error: error2, grantees, undeclared = [], statements: statements2 } = database;
    const sql = mode === "plan" ? statements2.flatMap((statement) => visibleSql(statement).split("\n")) : [];
    const lines2 = [
      ...error2 ? failureLines(error2, report.run?.docs) : [],
      ...grantees.flatMap((grantee) => granteeLines(database, grantee, report)),
      ...listed("Privileges that nobody declared", undeclared, (each) => undeclaredLine(each, plain)),
      ...listed("`mode: apply` would run", sql, String)
    ];
    return { title: logLine(`${placeText(database, plain)}: ${VERDICTS[verdict]}`), lines: lines2.flatMap(logLines) };
  });
}
function granteeLines(database, grantee, report) {
  const { verdict, error: error2, sessionRole, warnings: warnings2 } = grantee;
  const { skipped, ...objects } = grantee.objects;
  const checked = verdict === "error" ? "" : ` (${[...countTypes(objects), `${skipped} skipped`].join(", ")})`;
  return [
    `${plain.name(grantee.grantee)}: ${VERDICTS[verdict]}${checked}`,
    ...sessionRole === void 0 ? [] : [`  sessions begin as ${plain.name(sessionRole)} (ALTER ROLE \u2026 SET role)`],
    ...error2 ? failureLines(error2, report.run?.docs) : [],
    ...changesOf(grantee).flatMap(
      ({ done, changed }) => listed(`${done} on ${countKinds(changed)}`, changed, (object) => privilegesText([object], plain))
    ),
    ...causesOf(grantee).flatMap((cause) => causeLines(cause, database)),
    ...warnings2.map(({ message }) => `Warning: ${plain.sentence(message)}`)
  ];
}
function causeLines(cause, { user }) {
  const title = causeText(cause, plain);
  const said = explanationLines(cause, user);
  if (hasNoOwner(cause.objects[0])) return [`${title}.`, ...said];
  return [...listed(title, cause.findings, (finding) => privilegesText([finding], plain)), ...said];
}
function listed(title, items, line) {
  if (items.length === 0) return [];
  const more = (rest) => `and ${grouped(rest)} more in the JSON report`;
  return [`${title}:`, ...upTo(MAX_LINES3, items, line, more).map((each) => `  ${each}`)];
}

// src/render/outputs.ts
function outputsOf(report) {
  const { missing, granted, extra, revoked } = countsOf(checkedIn(report.databases));
  return {
    verdict: report.verdict,
    message: chatMessage(report),
    "missing-count": missing,
    "granted-count": granted,
    "extra-count": extra,
    "revoked-count": revoked
  };
}
var MAX_CHARACTERS2 = 1e3;
function chatMessage(report) {
  const targets = targetsOf(report);
  const [worst2] = targets;
  const isBad = worst2?.verdict === "drift" || worst2?.verdict === "error";
  const error2 = report.error ?? worst2?.error;
  const counts = groupsOf(targets, ({ verdict }) => verdict).map(
    ([{ verdict }, ...others]) => `${grouped(others.length + 1)} ${VERDICTS[verdict]}`
  );
  const text = [
    headline(report, plain),
    ...targets.length > 1 ? [`${count(targets.length, "target")}: ${series(counts)}.`] : [],
    ...targets.length > 1 && isBad ? [`The worst: ${targetsIn(report, plain)(worst2)}.`] : [],
    ...error2 ? [plain.sentence(error2.message)] : []
  ].join(" ");
  const url = report.run?.url;
  return withoutMarkup(text.slice(0, MAX_CHARACTERS2)) + (url === void 0 ? "" : ` ${url}`);
}
function withoutMarkup(text) {
  return text.replaceAll("`", "").replaceAll(/\s+/g, " ").replaceAll(MARKUP, "?");
}
var MARKUP = /[^\p{L}\p{N} .,;:()'"_=+%-]|:(?! |$)|_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_/gu;

// src/render/sql-file.ts
function renderSql(report) {
  const parts = partsOf(report).toSorted((a, b) => STAGES.indexOf(stageOf(a)) - STAGES.indexOf(stageOf(b)));
  if (parts.length === 0) return "";
  const script = report.databases.length > 1 ? scriptPart(report) : statementsOf;
  const lines2 = groupsOf(parts, (part) => `${stageOf(part)} ${runnerOf(part)}`).flatMap((group) => {
    const [first] = group;
    if (stageOf(first) === "by apply") return group.flatMap((part) => [...script(part), ""]);
    return [...commented([...titleOf(first), ...group.flatMap(script)]), ""];
  });
  return `${[...header(report), ...lines2].join("\n").trimEnd()}
`;
}
var STAGES = ["by apply", "by hand", "prepares", "rest", "undeclared prepares", "undeclared"];
function stageOf({ block, undeclared }) {
  const { runnable, byHand, prepares } = block;
  if (undeclared) return prepares ? "undeclared prepares" : "undeclared";
  if (runnable || byHand) return byHand ? "by hand" : "by apply";
  return prepares ? "prepares" : "rest";
}
function runnerOf({ block }) {
  return plain.sentence(runner(block));
}
function titleOf(part) {
  const note = part.undeclared ? [NOT_DECLARED] : part.block.byHand ? [part.block.runnable ? BY_HAND : WARNED] : [];
  return [`-- To run as ${runnerOf(part)}:`, ...note];
}
var WARNED = "-- (revokes what is only a warning)";
var BY_HAND = "-- (mode apply does not run this part)";
var NOT_DECLARED = "-- (revokes what roles hold that nobody declared: check first that nothing needs it. This action never runs it)";
function partsOf({ databases }) {
  const all2 = databases.flatMap((database) => [
    ...database.fixes.map((block) => ({ database, block, undeclared: false })),
    ...(database.undeclaredFixes ?? []).map((block) => ({ database, block, undeclared: true }))
  ]);
  const once2 = groupsOf(
    all2,
    ({ database: { host, port: port2 }, block }) => block.database === void 0 ? {} : JSON.stringify([host, port2, block.database, block.statements])
  );
  return once2.map(([first]) => first);
}
function statementsOf({ block }) {
  const statements2 = block.statements.map(visibleSql);
  return statements2.some((sql) => NOT_ASCII.test(sql)) ? [SET_ENCODING, ...statements2] : statements2;
}
var NOT_ASCII = new RegExp("\\P{ASCII}", "u");
var SET_ENCODING = "SET client_encoding = 'UTF8';";
function scriptPart({ databases }) {
  const several = hasServers(databases);
  return (part) => {
    const { host, port: port2 } = part.database;
    const database = part.block.database ?? part.database.database;
    if (/[\r\n]/.test(database)) return unreachable(part);
    return [connectLine({ dbname: database, ...several && { host, port: `${port2}` } }), ...statementsOf(part)];
  };
}
function header({ databases, mode }) {
  const [first] = databases;
  if (!first) return [];
  const found2 = databases.filter(({ fixes, undeclaredFixes = [] }) => fixes.length + undeclaredFixes.length > 0);
  const where = databases.length > 1 ? `${count(found2.length, "database")}: a script for psql` : placeText(first, plain);
  return [
    `-- SQL for what azure-postgres-grants (mode ${mode}) found in ${where}.`,
    `-- Mode apply runs what is not commented out, as ${plain.name(first.user)}. All other SQL is commented out, under the role that has to run it.`,
    ""
  ];
}
function commented(lines2) {
  return lines2.flatMap(linesOf).map((line) => `-- ${line}`);
}
function connectLine(settings) {
  const conninfo = Object.entries(settings).map(([key, value]) => `${key}='${value.replaceAll(/['\\]/g, "\\$&")}'`).join(" ");
  return `\\connect -reuse-previous=on "${conninfo.replaceAll('"', '""')}"`;
}
function unreachable(part) {
  const why = `-- psql cannot \\connect to ${plain.name(part.database.database)}, because its name contains a line break. Connect to it and run:`;
  return commented([why, ...statementsOf(part)]);
}

// src/render/summary.ts
var MAX_SQL2 = 65536;
var MAX_WARNINGS2 = 20;
var MAX_NAMES6 = 8;
var MAX_ROWS = 20;
var NAME = "Azure Postgres Grants";
var MAX_BYTES2 = 1e6;
var CUT2 = "The summary ends here because it would be too long. The JSON report is complete (output `report`).";
function renderSummary(report) {
  const page = openPage(MAX_BYTES2, CUT2);
  const icon = report.mode === "plan" && report.verdict === "drift" ? "\u{1F4CB}" : ICONS[report.verdict];
  page.add(`### ${icon} ${NAME} \xB7 ${headline(report, markdown)}`);
  if (report.error) errorPart(page, report.error, report);
  overview(page, report);
  for (const section of sections(report)) sectionPart(page, report, section);
  warningsPart(page, report);
  checkedPart(page, report);
  return page.close();
}
function sections(report) {
  const all2 = [...new Set(targetsOf(report).map(({ database }) => database))];
  const shown = all2.filter((each) => each.error || each.undeclared?.length || each.grantees.some(hasFindings));
  return sameOf(shown, ({ error: error2, user, fixes, undeclared, grantees }) => {
    const found2 = grantees.map((each) => [each.grantee, findingsOf2(each)]);
    return JSON.stringify([error2 && failureKey(error2), user, fixes, undeclared, found2]);
  });
}
function sameOf(items, key) {
  return groupsOf(items, items.length > 1 ? key : () => "");
}
function hasFindings(grantee) {
  return findingsOf2(grantee).flat().some(Boolean);
}
function findingsOf2({ error: error2, missing, granted, extra, revoked, unconfirmed }) {
  return [error2, missing, granted, extra, revoked, unconfirmed];
}
function sameGrantees({ grantees }) {
  return sameOf(
    grantees.filter(hasFindings),
    (grantee) => JSON.stringify(findingsOf2(grantee), (name3, value) => name3 === "fix" ? void 0 : value)
  ).map((same) => ({
    grantee: same[0],
    named: grantees.length > 1 ? [...new Set(same.map(({ grantee }) => grantee))] : []
  }));
}
function sectionPart(page, report, databases) {
  const [database] = databases;
  const place2 = placesIn(report, markdown);
  if (report.databases.length > 1) page.add(`#### ${some(databases, MAX_NAMES6, place2)}`);
  if (database.error) {
    errorPart(page, database.error, report);
    if (new Set(databases.map(({ error: error2 }) => JSON.stringify(error2))).size > 1)
      page.add(`The names are those of ${place2(database)}; the others have the same error.`);
  }
  const parts = sameGrantees(database);
  for (const { grantee, named: named3 } of parts) {
    const { error: error2, missing, extra } = grantee;
    if (named3.length > 0 && (error2 || missing.length + extra.length > 0)) page.add(`##### For ${names(named3)}`);
    if (error2) errorPart(page, error2, report);
    driftPart(page, database, grantee, named3.length > 1);
  }
  fixesPart(page, database.fixes, MAX_SQL2, ({ byHand, runnable }) => {
    if (byHand) return runnable ? ", which <code>mode: apply</code> does not run" : ", which ends only a warning";
    return runnable && report.mode === "plan" ? ", which <code>mode: apply</code> runs" : "";
  });
  undeclaredPart(page, report, database, MAX_SQL2);
  for (const { grantee, named: named3 } of parts) {
    const whom = named3.length === 0 ? "" : ` for ${some(named3, MAX_NAMES6, (name3) => markup.name(name3))}`;
    for (const { done, changed } of changesOf(grantee))
      changedPart(page, `${done} on ${countObjects(changed)}${whom}`, changed);
  }
}
function names(list) {
  return some(list, MAX_NAMES6, (name3) => markdown.name(name3));
}
function errorPart(page, error2, report) {
  for (const block of failureBlocks(error2, report.run?.docs)) page.add(block);
  if (targetsOf(report).length < 2) page.add("The run failed: this is not drift.");
}
function warningsPart(page, report) {
  const { databases } = report;
  const all2 = checkedIn(databases).flatMap(
    ({ database, grantee }) => grantee.warnings.map(({ message }) => ({ database, text: markdown.sentence(message) }))
  );
  const distinct = groupsOf(all2, ({ text }) => text);
  if (distinct.length === 0) return;
  const place2 = placesIn(report, markdown);
  const line = ([first, ...others]) => {
    const found2 = [...new Set([first, ...others].map(({ database }) => database))];
    return first.text + (found2.length < databases.length ? ` (in ${some(found2, MAX_NAMES6, place2)})` : "");
  };
  page.add(`**${count(distinct.length, "warning")}**`);
  page.list(distinct, line, MAX_WARNINGS2);
}
function overview(page, report) {
  const targets = targetsOf(report);
  if (targets.length < 2) return;
  const table = (rows) => page.table(["Verdict", "Target"], rows, targetCells(report));
  const green = targets.length > MAX_ROWS ? targets.filter(({ verdict }) => verdict === "in-sync") : [];
  const others = targets.slice(0, targets.length - green.length);
  if (others.length > 0) table(others);
  const title = `${others.length > 0 ? "The other" : "All"} ${grouped(green.length)} are in sync`;
  if (green.length > 0) page.fold(title, () => table(green));
  if (targets.some(({ error: error2 }) => error2))
    page.add("An error is not drift: it is not known which privileges are missing there.");
}
function targetCells(report) {
  const named3 = targetsIn(report, cell);
  return (target) => {
    const { database, grantee, verdict, error: error2 } = target;
    const checked = grantee ? [{ database, grantee }] : error2 ? checkedIn([database]) : [];
    const counts = Object.entries(countsOf(checked)).flatMap(([list, n]) => n > 0 ? `${grouped(n)} ${list}` : []);
    const more = [...error2 ? [error2.code] : [], ...counts].join(", ");
    return [`${ICONS[verdict]} ${VERDICTS[verdict]}${more && `: ${more}`}`, named3(target)];
  };
}
function checkedPart(page, report) {
  const { skipped, ...objects } = lookedAt(report);
  const versions = new Set(report.databases.flatMap(({ serverVersion }) => serverVersion ?? []));
  const checked = [
    `Checked ${series(countTypes(objects))}, skipped ${skipped}`,
    `as ${names([...new Set(report.databases.map(({ user }) => user))])}`,
    `PostgreSQL ${some([...versions], MAX_NAMES6, markdown.code)}`,
    `mode \`${report.mode}\``,
    ...sessionRoles(report)
  ];
  const lines2 = [...[skipped, ...Object.values(objects)].some((n) => n > 0) ? checked : [], ...runLine(report)];
  if (lines2.length > 0) page.add(lines2.join(" \xB7 "));
  const grantees = checkedIn(report.databases).map(({ grantee }) => grantee);
  const held = heldLines(grantees.flatMap((grantee) => grantee.held));
  if (new Set(grantees.map(({ grantee }) => grantee)).size > 1) held.unshift("An object counts once for each grantee.");
  if (held.length > 0) page.fold("Where the privileges come from", () => page.list(held, String));
  const bound = identityLines(report);
  if (bound.length > 0) page.fold("Which identities can sign in", () => page.list(bound, String));
}
function runLine({ run: run4 }) {
  if (run4 === void 0) return [];
  const { startedAt, seconds, actionVersion, url, docs } = run4;
  return [
    `${startedAt.slice(0, 16).replace("T", " ")} UTC, ${seconds} s`,
    `version ${actionVersion}`,
    ...url === void 0 ? [] : [`[run](${url})`],
    ...docs === void 0 ? [] : [`[documentation](${docs}/report.md)`]
  ];
}
function sessionRoles(report) {
  const sentences = checkedIn(report.databases).flatMap(
    ({ grantee: { grantee, sessionRole } }) => sessionRole === void 0 ? [] : `sessions of ${markdown.name(grantee)} begin as ${markdown.name(sessionRole)}`
  );
  return [...new Set(sentences)];
}
function identityLines(report) {
  const lines2 = checkedIn(report.databases).flatMap(({ grantee: { grantee, identity } }) => {
    if (identity === void 0) return [];
    const { objectId: objectId3, type, tenantId: tenantId2 } = identity;
    const tenant = tenantId2 === void 0 ? "" : `, tenant \`${tenantId2}\``;
    return [`${markdown.name(grantee)}: ${type} \`${objectId3}\`${tenant}`];
  });
  return [...new Set(lines2)];
}
function heldLines(held) {
  const groups = groupsOf(
    held,
    ({ kind, privileges: privileges2, ...source }) => [kind, privileges2.join(), source.source, "role" in source ? source.role : ""].join("\0")
  );
  return groups.map((group) => {
    const [first] = group;
    const total = group.reduce((sum, { objects }) => sum + objects, 0);
    return `${countKind(first.kind, total)}: ${first.privileges.join(", ")} (${sourceText(first, markdown)})`;
  });
}

// src/github/output.ts
function publish(report, env) {
  stopOptimizing();
  const files = orWarn("write the report", () => writeFiles(report, env.RUNNER_TEMP || (0, import_node_os.tmpdir)()));
  orWarn("set the outputs", () => {
    const outputs = { ...outputsOf(report), report: files?.report ?? "", sql: files?.sql ?? "" };
    for (const [name3, value] of Object.entries(outputs)) setOutput(name3, value);
  });
  orWarn("write the log", () => writeLog(report));
  addToSummary(() => renderSummary(report), env);
  orWarn("annotate the job", () => {
    for (const { level, title, message } of annotations(report)) ANNOTATE[level](message, { title });
  });
  endStep(report);
}
function stopOptimizing() {
  (0, import_node_v8.setFlagsFromString)("--no-maglev");
  (0, import_node_v8.setFlagsFromString)("--no-turbofan");
}
var ANNOTATE = { error, warning, notice };
function writeFiles(report, parent) {
  const directory = (0, import_node_fs2.mkdtempSync)((0, import_node_path3.join)(parent, "azure-postgres-grants-"));
  const paths = { report: (0, import_node_path3.join)(directory, "report.json"), sql: (0, import_node_path3.join)(directory, "fixes.sql") };
  (0, import_node_fs2.writeFileSync)(paths.report, renderJson(report));
  (0, import_node_fs2.writeFileSync)(paths.sql, renderSql(report));
  return paths;
}
function writeLog(report) {
  for (const { title, lines: lines2 } of logGroups(report)) {
    startGroup(title);
    for (const line of lines2) info(line);
    endGroup();
  }
}
function endStep(report) {
  const line = verdictLine(report);
  const failed = report.verdict === "error" || report.verdict === "drift" && report.mode !== "plan";
  if (failed) setFailed(line);
  else say(line);
}

// src/model/kinds.ts
var TYPES = {
  database: "database",
  schema: "schema",
  table: "table",
  "partitioned-table": "table",
  view: "table",
  "materialized-view": "table",
  "foreign-table": "table",
  sequence: "sequence",
  function: "routine",
  procedure: "routine",
  aggregate: "routine",
  "default-privileges": null,
  identity: null,
  role: null
};
function typeOf({ kind, members }) {
  const what = members[0]?.name;
  return TYPES[kind] ?? (what === "sequences" ? "sequence" : what === "routines" ? "routine" : "table");
}
var isRelation = (kind) => TYPES[kind] === "table" || TYPES[kind] === "sequence";
var isRoutine = (kind) => TYPES[kind] === "routine";
var isInSchema = (kind) => isRelation(kind) || isRoutine(kind);
function rankOf(kind) {
  return { database: 0, identity: 0, schema: 1, "default-privileges": 3 }[kind] ?? 2;
}

// src/model/privileges.ts
var TABLE_PRIVILEGES = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "TRUNCATE",
  "REFERENCES",
  "TRIGGER",
  "MAINTAIN"
];
var SEQUENCE_PRIVILEGES = ["USAGE", "SELECT", "UPDATE"];
var SCHEMA_PRIVILEGES = ["USAGE", "CREATE"];
var ROUTINE_PRIVILEGES = ["EXECUTE"];
var GRANT_OPTION = " WITH GRANT OPTION";
var grantOptionOf = (privilege) => `${privilege}${GRANT_OPTION}`;
var isGrantOption = (privilege) => privilege.endsWith(GRANT_OPTION);
function withoutGrantOption(privilege) {
  return isGrantOption(privilege) ? privilege.slice(0, -GRANT_OPTION.length) : privilege;
}
var SINCE = {
  // https://github.com/postgres/postgres/blob/REL_17_0/src/include/utils/acl.h#L152 (ACL_MAINTAIN)
  MAINTAIN: 17e4
};
var sinceOf = (privilege) => SINCE[privilege] ?? 0;
function tablePrivilegesOf(serverVersion) {
  return TABLE_PRIVILEGES.filter((privilege) => serverVersion >= sinceOf(privilege));
}
var PREDEFINED_ROLES = {
  pg_read_all_data: ["SELECT"],
  pg_write_all_data: ["INSERT", "UPDATE", "DELETE"],
  pg_maintain: ["MAINTAIN"]
};
var ORDER = [...SCHEMA_PRIVILEGES, ...TABLE_PRIVILEGES];
function inOrder(privileges2) {
  const rank = (privilege) => ORDER.indexOf(withoutGrantOption(privilege));
  return [...new Set(privileges2)].sort((a, b) => rank(a) - rank(b));
}

// src/model/snapshot.ts
var PUBLIC = { oid: "0", name: "PUBLIC" };
var isPublic = (holder) => holder === PUBLIC;
var holderFor = ({ kind }, { role, actor }) => kind === "database" ? role : actor;
function heldBy(group, grantee) {
  return group.held.get(holderFor(group, grantee)) ?? /* @__PURE__ */ new Set();
}
function keyOfMember(group, member) {
  return group.kind === "default-privileges" ? `${group.kind} ${member.oid} ${group.owner.oid} ${member.name}` : `${group.kind} ${member.oid}`;
}

// src/grants/sources.ts
function sourcesOf(grantee, group, privilege) {
  const holder = isGrantOption(privilege) ? grantee.actor : holderFor(group, grantee);
  if (holder.superuser) return [{ source: "superuser" }];
  const holders = holdersOf(group.acl, privilege);
  const direct = holder === grantee.role && holders.has(holder) ? [{ source: group.owner === holder ? "owner" : "direct" }] : [];
  const isHeldBy = (role) => holders.has(role) || predefined(role, group).includes(privilege);
  const sources = [...direct, ...throughOthers(grantee, holder, isHeldBy, holders)];
  return sources.length === 0 ? [{ source: "server" }] : sources;
}
function indirectSourcesOf(grantee, group, columns, privilege) {
  const isHeld = isGrantOption(privilege) || group.kind === "default-privileges" ? group.acl.some((item) => gives(item, privilege) && holds(grantee, item)) : heldBy(group, grantee).has(privilege);
  const onObject = isHeld ? sourcesOf(grantee, group, privilege) : [];
  const holders = holdersOf(columns, privilege);
  const onColumns = throughOthers(grantee, grantee.actor, (role) => holders.has(role), holders);
  return [...onObject.filter(({ source }) => source !== "direct"), ...onColumns];
}
function throughOthers({ role: own }, holder, isHeldBy, holders) {
  const roles = [...holder.inherits].filter((role) => (role !== own || holder !== own) && isHeldBy(role));
  return [
    ...roles.map(({ name: name3 }) => ({ source: "role", role: name3 })),
    ...[...holders].some(isPublic) ? [{ source: "public" }] : []
  ];
}
function holds({ actor }, { grantee }) {
  return isPublic(grantee) || grantee === actor || actor.inherits.has(grantee);
}
function gives(item, privilege) {
  return item.privilege === withoutGrantOption(privilege) && (item.grantable || !isGrantOption(privilege));
}
function holdersOf(acl, privilege) {
  return new Set(acl.filter((item) => gives(item, privilege)).map((item) => item.grantee));
}
function predefined({ predefined: predefined2, name: name3 }, { kind }) {
  if (!predefined2) return [];
  if (kind === "schema") return name3 === "pg_read_all_data" || name3 === "pg_write_all_data" ? ["USAGE"] : [];
  return isRelation(kind) && PREDEFINED_ROLES[name3] || [];
}

// src/grants/drift.ts
function driftsIn(snapshot, demand) {
  const groups = snapshot.groups.filter((group) => group.skipped === "");
  const objects = objectCounts(snapshot.groups, demand);
  const demanded = new Map(groups.map((group) => [group, demandedOn(group, demand, snapshot.server.version)]));
  const listed3 = listedIn(groups, snapshot.columns);
  const isDefault = ({ kind }) => kind === "default-privileges";
  const isFuture = ({ group }) => isDefault(group) && !demand.defaultPrivileges;
  return (grantee) => {
    const { actor } = grantee;
    const onGroups = (privilegesOn) => new Map([...demanded].map(([group, ofGroup]) => [group, inOrder(privilegesOn(group, ofGroup))]));
    const lacking = onGroups((group, ofGroup) => {
      if (isDefault(group) && (group.owner === actor || group.schema === void 0)) return [];
      return lackingOn(group, ofGroup, grantee);
    });
    const beyond = onGroups((group, ofGroup) => beyondIn(group.acl, mayBeExtra(group, grantee), ofGroup, grantee));
    const missing = differences(listed3, grantee, ({ group }) => lacking.get(group) ?? []);
    const extra = differences(listed3, grantee, ({ group, items }) => {
      if (demand.onExtra === "ignore" || group.owner === actor) return [];
      const onGroup = beyond.get(group) ?? [];
      if (items === void 0) return onGroup;
      return inOrder([...onGroup, ...beyondIn(items, givenTo(grantee, items), demanded.get(group) ?? [], grantee)]);
    });
    return {
      objects,
      missing: missing.filter((each) => !isFuture(each)),
      extra: extra.filter((each) => !isFuture(each)),
      future: { missing: missing.filter(isFuture), extra: extra.filter(isFuture) },
      held: countSources(demanded, grantee)
    };
  };
}
function mayDiffer({ groups, columns, server }, demand, grantees) {
  const mayDifferOn = (group) => {
    if (isInSchema(group.kind)) return group.members.length > 0;
    const demanded = demandedOn(group, demand, server.version);
    const isLacking = grantees.some((grantee) => lackingOn(group, demanded, grantee).length > 0);
    return isLacking || group.acl.some(({ grantable }) => grantable);
  };
  return demand.defaultPrivileges || columns.length > 0 || groups.some(mayDifferOn);
}
function lackingOn(group, demanded, grantee) {
  const held = heldBy(group, grantee);
  return demanded.filter((privilege) => !held.has(privilege));
}
function listedIn(groups, columns) {
  const members = groups.flatMap((group) => group.members.map((member) => ({ group, member })));
  const ofEach = new Map([...members, ...columns].map((each) => [keyOfMember(each.group, each.member), each]));
  return [...ofEach.values()].sort(byName2);
}
function differences(listed3, grantee, privilegesOn) {
  return listed3.flatMap((each) => {
    const privileges2 = privilegesOn(each);
    const { group, member, items: columns = NO_COLUMNS } = each;
    return privileges2.length > 0 ? [{ grantee, group, member, privileges: privileges2, columns }] : [];
  });
}
var NO_COLUMNS = [];
function mayBeExtra(group, grantee) {
  if (group.kind === "default-privileges") return givenTo(grantee, group.acl);
  return isRelation(group.kind) ? [...heldBy(group, grantee)] : [];
}
function givenTo(grantee, acl) {
  return acl.filter((item) => holds(grantee, item)).map(({ privilege }) => privilege);
}
function beyondIn(acl, held, demanded, grantee) {
  const extra = held.filter((privilege) => !demanded.includes(privilege));
  const kept = acl.filter(({ grantable, privilege }) => grantable && !extra.includes(privilege));
  return [...extra, ...givenTo(grantee, kept).map(grantOptionOf)];
}
function demandedOn(group, demand, serverVersion) {
  switch (typeOf(group)) {
    case "database":
      return ["CONNECT"];
    case "schema":
      return demand.schemaPrivileges;
    case "routine":
      return demand.routinePrivileges;
    case "sequence":
      return demand.sequencePrivileges === "ALL" ? SEQUENCE_PRIVILEGES : demand.sequencePrivileges;
    case "table":
      return demand.tablePrivileges === "ALL" ? tablePrivilegesOf(serverVersion) : demand.tablePrivileges;
  }
}
function identify(grantee, { group, member }) {
  return `${grantee.oid} ${keyOfMember(group, member)}`;
}
function objectCounts(groups, { routinePrivileges }) {
  const sum = (some2) => some2.reduce((total, group) => total + group.size, 0);
  const objects = groups.filter((group) => isInSchema(group.kind));
  const checked = objects.filter((group) => group.skipped === "");
  return {
    tables: sum(checked.filter((group) => typeOf(group) === "table")),
    sequences: sum(checked.filter((group) => group.kind === "sequence")),
    ...routinePrivileges.length > 0 && { routines: sum(checked.filter((group) => isRoutine(group.kind))) },
    skipped: sum(objects.filter((group) => group.skipped !== ""))
  };
}
function countSources(demanded, grantee) {
  const found2 = /* @__PURE__ */ new Map();
  for (const [group, ofGroup] of demanded) {
    if (group.kind === "default-privileges") continue;
    const all2 = [...heldBy(group, grantee)];
    const held = inOrder(group.kind === "schema" ? all2.filter((privilege) => ofGroup.includes(privilege)) : all2);
    const sources = held.map((privilege) => ({ privilege, source: sourcesOf(grantee, group, privilege)[0] }));
    for (const same of groupsOf(sources, ({ source }) => JSON.stringify(source))) {
      const [{ source }] = same;
      if (source === void 0) continue;
      const privileges2 = same.map(({ privilege }) => privilege);
      const key = `${group.kind} ${JSON.stringify(source)} ${privileges2}`;
      const objects = (found2.get(key)?.objects ?? 0) + group.size;
      found2.set(key, { ...source, kind: group.kind, privileges: privileges2, objects });
    }
  }
  return [...found2.values()].sort((a, b) => compare(a.kind, b.kind) || b.objects - a.objects);
}
function byName2(a, b) {
  return rankOf(a.group.kind) - rankOf(b.group.kind) || compare(a.group.schema?.name ?? "", b.group.schema?.name ?? "") || compare(a.member.name, b.member.name) || compare(a.member.arguments ?? "", b.member.arguments ?? "") || compare(a.group.kind, b.group.kind) || compare(a.group.owner.oid, b.group.owner.oid);
}

// src/grants/outcome.ts
function nothingDone() {
  return { isTried: false, outdated: /* @__PURE__ */ new Set(), committed: [], statements: [], failed: /* @__PURE__ */ new Map(), refusals: /* @__PURE__ */ new Map() };
}
function noteCommitted(outcome, batch, warning3 = outcome.warning) {
  const { committed, statements: statements2, failed, refusals } = outcome;
  outcome.warning = warning3;
  committed.push(...batch.changes);
  statements2.push(...batch.statements.map(({ sql }) => sql));
  if (failed.size === 0) return;
  for (const change of batch.changes) {
    failed.delete(keyOfChange(change));
    refusals.get(change.group)?.delete(change.acting.as);
  }
}
function noteFailed({ failed, refusals }, changes2, refusal2) {
  for (const change of changes2) {
    failed.set(keyOfChange(change), refusal2);
    if (refusal2.reason !== "refused") continue;
    const { acting, group } = change;
    const ofGroup = refusals.get(group) ?? /* @__PURE__ */ new Map();
    refusals.set(group, ofGroup.set(acting.as, (ofGroup.get(acting.as) ?? 0) + 1));
  }
}
var MAX_REFUSALS = 8;
function isHopeless({ refusals }, { acting, group }) {
  return (refusals.get(group)?.get(acting.as) ?? 0) >= MAX_REFUSALS;
}
function settle(outcome, plan) {
  const { sent } = outcome;
  if (sent === void 0) return;
  outcome.sent = void 0;
  const left = new Set(plan.changes.map(keyOfChange));
  if (!sent.changes.some((change) => left.has(keyOfChange(change)))) noteCommitted(outcome, sent);
}
function isWorthTrying({ changes: changes2, blocked }, { isTried, committed, failed }) {
  if (!isTried) return changes2.length + blocked.length > 0;
  const made = new Set(changes2.length === 0 ? [] : committed.map(keyOfChange));
  return changes2.some((change) => {
    const reason = failed.get(keyOfChange(change))?.reason;
    return reason === void 0 ? !made.has(keyOfChange(change)) : reason === "locked" || reason === "gone";
  });
}
function leftOf({ blocked, changes: changes2 }, outcome, otherwise) {
  const ignored = new Set(changes2.length === 0 ? [] : outcome.committed.map(keyWithoutPrivileges));
  const planned = changes2.map((change) => {
    const left = ignored.has(keyWithoutPrivileges(change)) ? { reason: "without-effect", serverMessage: outcome.warning } : { reason: otherwise };
    const refusal2 = refusalOf(outcome, change) ?? left;
    return { change, ...refusal2, ...BY_LOGIN.has(refusal2.reason) && { byLogin: true } };
  });
  const tried = outcome.isTried;
  return [...blocked.map((each) => ({ ...each, tried, ...refusalOf(outcome, each.change) })), ...planned];
}
function refusalOf({ failed }, change) {
  if (failed.size === 0) return void 0;
  const { reason, ...why } = failed.get(keyOfChange(change)) ?? {};
  if (reason === "gone") return { ...why, reason: "refused", otherNotFound: true };
  return reason && { ...why, reason };
}
var BY_LOGIN = /* @__PURE__ */ new Set(["not-granted", "not-revoked", "locked"]);
function keyOfChange(change) {
  return `${change.privileges} ${keyWithoutPrivileges(change)}`;
}
function keyWithoutPrivileges(change) {
  return `${change.verb} ${change.grantor?.oid ?? ""} ${identify(change.grantee, change)}`;
}

// src/grants/acting-role.ts
var AS_SESSION_USER = { as: null, oneByOne: false };
function actingRoleToGrant(login, group, privilege) {
  if (login.readOnly) return "read-only";
  const { owner } = group;
  const holders = holdersOfOption(owner, group.acl, privilege).filter((role) => role !== owner);
  const candidates = [
    ...owner.inherited ? [AS_SESSION_USER] : [],
    ...holders.some((role) => role.inherited) ? [{ as: null, oneByOne: true }] : [],
    ...settable(owner).map((as) => ({ as, oneByOne: false })),
    ...holders.flatMap(settable).map((as) => ({ as, oneByOne: true })),
    ...byMembership(login, owner)
  ];
  const found2 = candidates.find(({ as }) => canUseSchema(group, as ?? login.role));
  if (found2 !== void 0) return found2;
  if (owner.gone) return "role-gone";
  const canAct = canActAs(owner) || login.membershipIn(owner) !== null;
  return canAct && !canUseSchema(group, owner) ? "owner-lacks-usage" : "not-owner";
}
function actingRoleToRevoke(login, group, acl, { grantor, privilege }) {
  if (login.readOnly) return "read-only";
  const byOwner = grantor === group.owner;
  const holders = holdersOfOption(group.owner, acl, privilege);
  const others = holders.filter((role) => role !== grantor);
  if (group.owner.gone && !holders.includes(grantor)) return "role-gone";
  if (!grantor.gone && !holders.includes(grantor)) return "grantor-lacks-option";
  const isSure = (role, has) => role === grantor || (role.superuser ? byOwner : has(grantor) && !others.some(has));
  const inherits = (role) => (other) => role === other || other.viaRoles.includes(role);
  const candidates = [
    ...login.role === grantor ? [null] : [],
    ...grantor.settable ? [grantor] : [],
    ...isSure(login.role, (role) => role.inherited) ? [null] : [],
    ...settable(grantor).filter((role) => isSure(role, inherits(role)))
  ];
  const found2 = candidates.find((as) => canUseSchema(group, as ?? login.role));
  if (found2 !== void 0) return { as: found2, oneByOne: !byOwner };
  const [asOwner] = byOwner ? byMembership(login, grantor) : [];
  if (asOwner && canUseSchema(group, grantor)) return asOwner;
  if (grantor.gone) return "role-gone";
  if ((canActAs(grantor) || asOwner) && !canUseSchema(group, grantor))
    return byOwner ? "owner-lacks-usage" : "grantor-lacks-usage";
  return byOwner && !canActAs(grantor) ? "not-owner" : "other-grantor";
}
function holdersOfOption(owner, acl, privilege) {
  const holders = acl.flatMap(
    (item) => item.privilege === privilege && item.grantable && !isPublic(item.grantee) ? item.grantee : []
  );
  return [.../* @__PURE__ */ new Set([owner, ...holders])];
}
function settable(role) {
  return [...role.settable ? [role] : [], ...role.viaRoles];
}
function byMembership(login, owner) {
  const membership = login.membershipIn(owner);
  return membership === null ? [] : [{ as: owner, oneByOne: false, membership }];
}
function canActAs({ inherited, settable: settable2, viaRoles }) {
  return inherited || settable2 || viaRoles.length > 0;
}
function canUseSchema({ kind, schema }, as) {
  return !isInSchema(kind) || schema === void 0 || schema.usableBy.has(as);
}

// src/grants/statements.ts
function statementsOf2(changes2) {
  const single = changes2.flatMap(
    (change) => change.acting.oneByOne ? change.privileges.map((privilege) => ({ ...change, privileges: [privilege] })) : change
  );
  return groupsOf(single, keyOfStatement).map((same) => {
    const [first] = same;
    const { as, membership } = first.acting;
    return { as, sql: sqlOf(first, [...new Set(same.map(nameOf))]), ...membership && { membership } };
  });
}
function keyOfStatement(change) {
  const { verb, grantee, to = grantee, group, privileges: privileges2, columns, acting, member } = change;
  const { as } = acting;
  const creator = group.kind === "default-privileges" ? [group.owner.oid, member.name, group.schema === void 0] : [];
  const onColumns = columns === void 0 ? [] : [JSON.stringify(columns)];
  return [verb, as?.oid, typeOf(group), to.oid, ...privileges2, ...creator, ...onColumns].join();
}
function withRoles(statements2) {
  const taken = statements2.flatMap(({ membership }) => membership ?? []).toSorted((a, b) => Number(a.role.oid) - Number(b.role.oid));
  const memberships = distinctBy(taken, ({ role }) => role.oid);
  const script = statements2.flatMap(({ as, sql }, n) => {
    const before = statements2[n - 1];
    if (before !== void 0 && before.as?.oid === as?.oid) return [sql];
    return [`SET LOCAL ROLE ${as === null ? "NONE" : quoteIdentifier(as.name)};`, sql];
  });
  if (memberships.length === 0) return script;
  const asLogin = "SET LOCAL ROLE NONE;";
  return [
    asLogin,
    ...memberships.flatMap(({ grant }) => grant),
    ...script,
    asLogin,
    ...memberships.flatMap(({ revoke }) => revoke)
  ];
}
function sqlOf({ verb, grantee, to: toActor, group, ...change }, names3) {
  const to = toActor ?? grantee;
  const columns = change.columns?.map((column) => quoteIdentifier(column)).join(", ");
  const option = change.privileges.some(isGrantOption) ? "GRANT OPTION FOR " : "";
  const privileges2 = change.privileges.map(withoutGrantOption).map((each) => columns === void 0 ? each : `${each} (${columns})`);
  const what = `${verb} ${option}${privileges2.join(", ")} ON`;
  const holder = isPublic(to) ? to.name : quoteIdentifier(to.name);
  const grantees = `${verb === "GRANT" ? "TO" : "FROM"} ${holder};`;
  if (group.kind === "default-privileges") {
    const creator = quoteIdentifier(group.owner.name);
    const where = group.schema === void 0 ? "" : `IN SCHEMA ${names3.join(", ")} `;
    return `ALTER DEFAULT PRIVILEGES FOR ROLE ${creator} ${where}${what} ${change.member.name.toUpperCase()} ${grantees}`;
  }
  const type = columns === void 0 ? typeOf(group).toUpperCase() : "TABLE";
  if (names3.length === 1) return `${what} ${type} ${names3[0]} ${grantees}`;
  return `${what} ${type}
  ${names3.join(",\n  ")}
${grantees}`;
}
function nameOf({ group, member }) {
  if (group.kind === "default-privileges") return quoteIdentifier(group.schema?.name ?? "");
  if (group.schema === void 0 || group.kind === "schema") return quoteIdentifier(member.name);
  const path = quoteIdentifier(group.schema.name, member.name);
  return member.arguments === void 0 ? path : `${path}(${member.arguments})`;
}

// src/grants/batches.ts
function batchOf(changes2) {
  return { changes: changes2, statements: statementsOf2(changes2) };
}
var BATCH = 500;
function batchesOf(changes2) {
  const phases = [...Map.groupBy(changes2, phaseOf)].sort(([a], [b]) => a - b);
  return phases.flatMap(([, phase]) => {
    const sorted = phase.sort(byRoleAndOid);
    return Array.from({ length: Math.ceil(sorted.length / BATCH) }, (_, n) => sorted.slice(n * BATCH, (n + 1) * BATCH));
  });
}
function statementsIn(changes2) {
  return batchesOf(changes2).flatMap((batch) => statementsOf2(batch).map(({ sql }) => sql));
}
var sqlOf2 = (changes2) => statementsIn(changes2).join(" ");
function phaseOf({ verb, group }) {
  if (verb === "REVOKE") return 3;
  if (group.kind === "default-privileges") return 2;
  return group.kind === "database" || group.kind === "schema" ? 0 : 1;
}
function byRoleAndOid(a, b) {
  return Number(a.acting.as?.oid ?? 0) - Number(b.acting.as?.oid ?? 0) || Number(a.member.oid) - Number(b.member.oid);
}

// src/grants/membership.ts
var OPTIONS_SINCE = 16e4;
function temporaryMembership(role, login, serverVersion) {
  if (role.membership === null) return null;
  const [owner, member, grantor] = [role.name, login.name, role.membership.grantor].map(
    (each) => quoteIdentifier(each)
  );
  if (serverVersion < OPTIONS_SINCE)
    return {
      role,
      grant: [unlessMember(role, login), `GRANT ${owner} TO ${member};`],
      revoke: [`REVOKE ${owner} FROM ${member};`]
    };
  const [options, changed] = role.membership.existing ? ["SET TRUE", "SET OPTION FOR "] : ["INHERIT FALSE, SET TRUE", ""];
  return {
    role,
    grant: [`GRANT ${owner} TO ${member} WITH ${options} GRANTED BY ${grantor};`],
    revoke: [`REVOKE ${changed}${owner} FROM ${member} GRANTED BY ${grantor};`]
  };
}
function membershipSql(role, member, serverVersion) {
  const options = serverVersion >= OPTIONS_SINCE ? " WITH INHERIT TRUE, SET TRUE" : "";
  return `GRANT ${quoteIdentifier(role.name)} TO ${quoteIdentifier(member.name)}${options};`;
}
function unlessMember(role, login) {
  const isMember = `pg_catalog.pg_has_role(${quoteLiteral(login.name)}, ${quoteLiteral(role.name)}, 'MEMBER')`;
  const body = `BEGIN IF ${isMember} THEN RAISE EXCEPTION 'somebody granted the membership meanwhile' USING ERRCODE = 'serialization_failure'; END IF; END`;
  return `DO ${quoteLiteral(body)};`;
}

// src/grants/plan.ts
var DROPPED_MEANWHILE = /(cache lookup failed|could not open relation)/;
function planGrants(login, missing) {
  const plans = groupsOf(missing, ({ privileges: privileges2 }) => privileges2).map((alike2) => {
    const [{ group, grantee, privileges: privileges2 }] = alike2;
    const holder = holderFor(group, grantee);
    const bySession = holder === grantee.role ? {} : { reason: "session-role", to: holder };
    const steps = privileges2.map((privilege) => {
      const acting = actingRoleToGrant(login, group, privilege);
      return { privilege, ...bySession, ...typeof acting === "string" ? { reason: acting } : { acting } };
    });
    return planOf("GRANT", steps, alike2);
  });
  return allOf(plans);
}
function allOf(plans) {
  return { changes: plans.flatMap(({ changes: changes2 }) => changes2), blocked: plans.flatMap(({ blocked }) => blocked) };
}
function planOf(verb, steps, differences2) {
  const changes2 = [];
  const blocked = [];
  for (const same of groupsOf(steps, keyOfStep)) {
    const [{ acting, reason, privilege: _, ...facts }] = same;
    const privileges2 = same.map(({ privilege }) => privilege);
    const mayWork = reason !== void 0 && facts.to === void 0 && MAY_WORK.has(reason);
    for (const { grantee, group, member } of differences2) {
      const object = { grantee: grantee.role, group, member };
      const change = { verb, ...object, privileges: privileges2, ...facts, acting: acting ?? AS_SESSION_USER };
      const role = facts.grantor ?? group.owner;
      const tryAs = mayWork && { tryAs: [null, role, ...role.viaRoles] };
      if (reason === void 0) changes2.push(change);
      else blocked.push({ change, reason, ...acting && { byLogin: true }, ...tryAs });
    }
  }
  return { changes: changes2, blocked };
}
var MAY_WORK = /* @__PURE__ */ new Set([
  "not-owner",
  "owner-lacks-usage",
  "other-grantor",
  "grantor-lacks-usage"
]);
function keyOfStep(step2) {
  const { to, grantor, acting, reason, columns, privilege, grantedTo } = step2;
  const roles = [to, grantor, acting?.as].map((role) => role?.oid);
  const option = isGrantOption(privilege);
  return JSON.stringify([roles, acting?.oneByOne, reason, option, columns && [privilege, columns], grantedTo]);
}

// src/grants/fixes.ts
function fixBlocks(session, left, applied2) {
  const { sessionUser } = session;
  const complete = left.filter(({ reason }) => !REASONS[reason].noteFirst);
  const own = complete.filter(({ byLogin }) => byLogin).map(({ change }) => change);
  const byApply = own.filter((change) => applied2.has(change));
  const byHand = own.filter((change) => !applied2.has(change));
  const others = complete.filter(({ byLogin }) => !byLogin).flatMap((each) => {
    const actor = actorFor(session, each);
    return actor === null ? [] : { ...each, actor };
  });
  const blocks = [
    { as: sessionUser.name, runnable: true, statements: scriptOf(byApply, sessionUser.roleSet) },
    { as: sessionUser.name, runnable: true, byHand: true, statements: scriptOf(byHand, sessionUser.roleSet) },
    ...preparations(session, others),
    ...[...Map.groupBy(others, ({ actor }) => actor)].map(
      ([actor, mine]) => ({
        ...runBy(actor),
        runnable: false,
        statements: changesBy(actor, mine).flatMap((changes2) => scriptOf(changes2, actor.roleSet))
      })
    )
  ];
  return blocks.filter(({ statements: statements2 }) => statements2.length > 0);
}
function changesBy(actor, mine) {
  const acting = canSignIn(actor) ? AS_SESSION_USER : { as: actor, oneByOne: false };
  const by = ({ change }) => ({ ...change, acting });
  const of = (reason) => mine.filter((each) => each.reason === reason).map(by);
  const rest = mine.filter(({ reason }) => reason !== "refused" && reason !== "not-tried");
  return [rest.map(by), ...of("refused").map((change) => [change]), of("not-tried")];
}
function fixFor(session, blocked, changes2 = [blocked.change]) {
  const { change, reason, byLogin, advice } = blocked;
  const actor = actorFor(session, blocked);
  const note = noteFor(session, blocked, actor, changes2);
  const { steps } = advice ?? REASONS[reason];
  const noted = { ...note !== void 0 && { note }, ...steps !== void 0 && { steps } };
  if (actor === null) return noted;
  if (byLogin) {
    const { as, membership } = change.acting;
    if (membership) return { as: actor.name, sql: scriptOf([change], false).join(" "), ...noted };
    return { ...statementBy(actor, sqlOf2(changes2), as === null ? void 0 : quoteIdentifier(as.name)), ...noted };
  }
  const first = neededFor(session, change, actor).map(({ by, sql }) => statementBy(by, sql));
  return {
    ...first.length > 0 && { first },
    ...statementBy(actor, sqlOf2(changes2.map((each) => ({ ...each, acting: AS_SESSION_USER })))),
    ...noted
  };
}
function statementBy(actor, sql, role = roleToSet(actor)) {
  return { ...runBy(actor), sql: role === null ? sql : `SET ROLE ${role}; ${sql}` };
}
function roleToSet(actor) {
  if (!canSignIn(actor)) return quoteIdentifier(actor.name);
  return actor.roleSet ? "NONE" : null;
}
function runBy(role) {
  return canSignIn(role) ? { as: role.name } : { as: role.name, byMember: true };
}
var canSignIn = ({ canLogin, expired }) => canLogin && !expired;
function actorFor(session, { change, reason, byLogin, otherNotFound }) {
  const login = session.sessionUser;
  if (REASONS[reason].noSql) return null;
  if (byLogin) return login;
  const role = change.grantor ?? change.group.owner;
  const actor = loginFor(session, role);
  if (REASONS[reason].byServer && (change.acting.as ?? login) === role && !otherNotFound) return null;
  const needed = [actor, ...neededFor(session, change, actor).map(({ by }) => by)];
  return needed.some(({ gone }) => gone) ? null : actor;
}
function neededFor(session, { group }, actor) {
  const { schema } = group;
  const toRole = ({ name: role }) => `TO ${quoteIdentifier(role)};`;
  const isUsable2 = schema === void 0 || actor.superuser || canUseSchema(group, actor);
  const onSchema = `GRANT USAGE ON SCHEMA ${quoteIdentifier(schema?.name ?? "")} ${toRole(actor)}`;
  const usage = isUsable2 ? [] : [{ by: loginFor(session, schema.owner), sql: onSchema }];
  const unable = new Set([actor, ...usage.map(({ by: by2 }) => by2)].filter((each) => canSignIn(each) && !each.connects));
  const onDatabase = `GRANT CONNECT ON DATABASE ${quoteIdentifier(session.database.name)}`;
  const by = loginFor(session, session.database.owner);
  return [...[...unable].map((each) => ({ by, sql: `${onDatabase} ${toRole(each)}` })), ...usage];
}
function loginFor(session, owner) {
  const member = membersFor(session, owner);
  return member.gone || session.server.databaseOwnerInherits ? member : owner;
}
function membersFor({ database }, owner) {
  return owner.name === "pg_database_owner" ? database.owner : owner;
}
function noteFor(session, { change, reason, otherNotFound, serverMessage = "", advice, tried }, actor, changes2) {
  const { grantee, grantedTo = [] } = change;
  if (otherNotFound) return DROPPED_MEANWHILE.test(serverMessage) ? RUN_AGAIN2 : NEEDS_SEARCH_PATH;
  if (actor !== null && grantedTo.length > 0) {
    const roles = listOf(grantedTo.map((role) => role === "PUBLIC" ? inOurWords(role) : name(role)));
    return sentence`${name(grantee.name)} granted the privilege to ${roles}. Revoke those grants first, as ${name(grantee.name)}. Run this action afterwards with \`mode: apply\`, because a grantee may hold the privilege only by them.`;
  }
  if (reason === "grantor-lacks-option") return noteForGrantor(changes2);
  if (reason === "not-owner" && actor !== null) return noteForOwner(session, change, actor, tried);
  const isGone = actor === null && !REASONS[reason].noSql && !REASONS[reason].byServer;
  return advice?.hint ?? REASONS[isGone ? "role-gone" : reason].advice;
}
var RUN_AGAIN2 = sentence`Another session drops something that GRANT reads. Run the job again when no migration runs at the same time. If the error persists, a catalog of the database is damaged.`;
var NEEDS_SEARCH_PATH = sentence`A function that runs on GRANT, such as that of an event trigger, uses something that the server does not find. Look for it in this database with psql (${code("\\d")}, ${code("\\df")}). If it is not there, run the migration that creates it. If it is there, write its schema in the function, because this action sets ${code("search_path")} to pg_catalog, and psql does not.`;
function noteForGrantor(revokes) {
  const grants = revokes.flatMap(({ grantor: grantor2, columns: _, ...change }) => {
    const privileges2 = change.privileges.map(withoutGrantOption);
    return grantor2 === void 0 ? [] : [{ ...change, verb: "GRANT", grantee: grantor2, privileges: privileges2 }];
  });
  const grantor = name(grants[0]?.grantee.name ?? "");
  const grant = statementsIn(grants).map((sql) => sql.replace(/;$/, " WITH GRANT OPTION;"));
  return sentence`Run as the owner: ${code(grant.join(" "))} Then run as ${grantor}: ${code(sqlOf2(revokes))} Then, as the owner, revoke what ${grantor} did not hold before.`;
}
function noteForOwner(session, change, actor, tried) {
  const login = session.sessionUser;
  const owner = membersFor(session, actor);
  const exclude = isInSchema(change.group.kind) ? sentence`, or add the object to the input ${code("exclude")}` : EMPTY;
  if (owner.superuser)
    return sentence`${name(owner.name)} is a superuser. Any superuser can run this, or a role that holds the grant option. On Azure only Microsoft can sign in as a superuser: ask Microsoft support to run it${exclude}.`;
  if (tried === void 0) return void 0;
  const becomes = (member) => code(membershipSql(owner, { name: member }, session.server.version));
  if (owner.membership !== null)
    return sentence`Or set the input ${code("act-as-owner: true")}: ${name(login.name)} then grants itself the membership in ${name(owner.name)} for each transaction, and revokes it in the same transaction. Or let it act as ${name(owner.name)} from now on: ${becomes(login.name)} ${name(login.name)} can run this.`;
  const by = owner.memberOfLogin ? null : owner.grantableBy;
  if (tried && by !== null)
    return sentence`Or let ${name(login.name)} act as ${name(owner.name)}: ${becomes(login.name)} ${name(by)} can run this.`;
  if (!canSignIn(owner)) {
    const other = owner.grantableBy === login.name ? null : owner.grantableBy;
    return other === null ? sentence`If no role can act as ${name(owner.name)}, only a superuser can let one, or perhaps on Azure a member of ${name(AZURE_ADMIN)}: ${becomes(owner.memberOfLogin ? "<another role>" : login.name)}` : sentence`If no role can act as ${name(owner.name)}, ${name(other)} can let itself: ${becomes(other)}`;
  }
  if (change.verb === "REVOKE" || neededFor(session, change, owner).length > 0) return void 0;
  return sentence`Or run this action as ${name(owner.name)} with \`mode: apply\`.`;
}
function preparations(session, others) {
  const needed = others.flatMap(({ change, actor }) => neededFor(session, change, actor));
  return groupsOf(
    distinctBy(needed, ({ sql }) => sql),
    ({ by }) => by
  ).map((grants) => {
    const [{ by }] = grants;
    const statements2 = grants.map(({ sql }) => sql);
    const role = roleToSet(by);
    return {
      ...runBy(by),
      runnable: false,
      prepares: true,
      statements: role === null ? statements2 : ["BEGIN;", `SET LOCAL ROLE ${role};`, ...statements2, "COMMIT;"]
    };
  });
}
function scriptOf(changes2, roleSet) {
  const batches = batchesOf(changes2).map(statementsOf2);
  const all2 = batches.flat();
  const plain2 = !roleSet && all2.every(({ as }) => as === null);
  if (plain2 && all2.length === 1) return all2.map(({ sql }) => sql);
  return batches.flatMap((batch) => ["BEGIN;", ...plain2 ? batch.map(({ sql }) => sql) : withRoles(batch), "COMMIT;"]);
}

// src/grants/revokes.ts
function planRevokes(login, extra) {
  const plans = groupsOf(extra, ({ grantee }) => grantee).flatMap(
    (ofGrantee) => (
      // Where the ACLs are the same, the steps are.
      groupsOf(ofGrantee, ({ group, columns }) => columns.length === 0 ? group : columns).map(
        (alike2) => planOf("REVOKE", stepsFor(login, alike2[0]), alike2)
      )
    )
  );
  return allOf(plans);
}
function stepsFor(login, { group, columns, grantee, privileges: privileges2 }) {
  const indirect = privileges2.filter((privilege) => indirectSourcesOf(grantee, group, columns, privilege).length > 0).map((privilege) => ({ privilege, reason: "not-direct" }));
  const onColumns = privileges2.flatMap(
    (privilege) => grantsTo(grantee, columns, privilege).map((item) => {
      const same = columns.filter(({ column }) => column === item.column);
      const dependents = dependentsOf(grantee.role, [item], same);
      const step2 = stepToRevoke(login, group, privilege, item, [...group.acl, ...same], dependents);
      return { ...unless(step2, "column-privileges"), columns: [item.column] };
    })
  );
  const onObject = privileges2.flatMap((privilege) => {
    const ofColumns = grantsTo(grantee, columns, privilege);
    return grantsTo(grantee, group.acl, privilege).map((item) => {
      const dependents = dependentsOf(grantee.role, [item, ...ofColumns], [...group.acl, ...columns]);
      const step2 = stepToRevoke(login, group, privilege, item, group.acl, dependents);
      if (ofColumns.length > 0) return unless(step2, "column-privileges");
      const isForAll = group.kind === "default-privileges" && group.schema === void 0;
      return isForAll ? unless(step2, "for-all-schemas") : step2;
    });
  });
  return [...indirect, ...columnsTogether(onColumns), ...onObject];
}
function unless(step2, reason) {
  const isImpossible = step2.reason === "grantor-lacks-option" || step2.reason === "dependent-privileges";
  return isImpossible ? step2 : { ...step2, reason };
}
function stepToRevoke(login, group, privilege, item, acl, grantedTo) {
  const acting = actingRoleToRevoke(login, group, acl, item);
  const how = typeof acting === "string" ? { reason: acting } : { acting };
  const step2 = { privilege, grantor: item.grantor, ...how };
  if (grantedTo.length === 0 || acting === "grantor-lacks-option") return step2;
  return { ...step2, reason: "dependent-privileges", grantedTo };
}
function grantsTo({ role, actor }, acl, privilege) {
  return actor === role ? acl.filter((item) => item.grantee === role && gives(item, privilege)) : [];
}
function dependentsOf(role, mine, acl) {
  if (!mine.some(({ grantable }) => grantable)) return [];
  const theirs = acl.filter(({ grantor, privilege }) => grantor === role && privilege === mine[0]?.privilege);
  return [...new Set(theirs.map(({ grantee }) => grantee.name))].sort();
}
function columnsTogether(steps) {
  return groupsOf(steps, ({ columns: _, ...step2 }) => `${step2.privilege} ${keyOfStep(step2)}`).map((same) => ({
    ...same[0],
    columns: same.flatMap(({ columns }) => columns ?? [])
  }));
}

// src/grants/setting.ts
function settingOf(source, user, database) {
  const [role, here] = [`ROLE ${quoteIdentifier(user)}`, `DATABASE ${quoteIdentifier(database)}`];
  const inHere = sentence`role ${name(user)} in database ${name(database)}`;
  const settings = {
    user: { where: sentence`role ${name(user)}`, who: name(user), alter: `ALTER ${role}` },
    "database user": { where: inHere, who: name(user), alter: `ALTER ${role} IN ${here}` },
    database: { where: sentence`database ${name(database)}`, who: OWNER, alter: `ALTER ${here}` },
    global: { where: inOurWords("all roles"), who: inOurWords("a superuser"), alter: "ALTER ROLE ALL" }
  };
  return settings[source];
}
var isReadOnly = ({ readOnly: readOnly3 }) => readOnly3 !== null && settingOf(readOnly3, "", "") === void 0;
var OWNER = inOurWords("the owner of the database");
var writableAgain = (alter) => [
  "SET default_transaction_read_only = off;",
  `${alter} RESET default_transaction_read_only;`
];

// src/grants/undeclared.ts
var MAX_REVOKES = 1e5;
function undeclaredIn(look3) {
  const { snapshot, found: found2 } = look3;
  const login = { role: snapshot.sessionUser, readOnly: isReadOnly(snapshot.server), membershipIn: () => null };
  const columns = new Map(snapshot.columns.map(({ member, items }) => [member.oid, items]));
  const all2 = found2.flatMap((privileges2) => revokesOf(login, privileges2, columns));
  const fixable = all2.length > MAX_REVOKES ? [] : all2.map(({ blocked }) => blocked);
  const entries = groupsOf(all2, keyOfEntry).map((same) => {
    const [{ blocked, privileges: privileges2 }] = same;
    const { group, columns: columns2, grantee: holder } = blocked.change;
    const revokes = same.map((each) => each.blocked);
    return {
      role: holder.name,
      ...isPublic(holder) && { isPublic: true },
      schema: group.schema?.name ?? "",
      kind: group.kind,
      privileges: privileges2,
      ...columns2 && { onColumns: true },
      objects: new Set(revokes.map(({ change }) => change.member.oid)).size,
      fix: fixable.length === 0 ? TOO_MANY : fixOf(snapshot, revokes)
    };
  });
  return {
    undeclared: entries.sort((a, b) => compare(rankOf2(a), rankOf2(b))),
    undeclaredFixes: fixBlocks(snapshot, fixable, /* @__PURE__ */ new Set())
  };
}
function revokesOf(login, { group, members, grantor, holders, ...held }, columnsOf) {
  const listed3 = new Map(held.privileges.map((privilege) => [withoutGrantOption(privilege), privilege]));
  const revokes = groupsOf(members, ({ oid }) => columnsOf.get(oid) ?? NO_COLUMNS).flatMap((alike2) => {
    const columns = columnsOf.get(alike2[0].oid) ?? NO_COLUMNS;
    const acl = [...group.acl, ...columns];
    const stepsFor2 = (holder) => [...listed3].map(([privilege, asListed]) => {
      const onColumns = columns.filter((item) => item.grantee === holder && item.privilege === privilege);
      const mine = [{ privilege, grantable: isGrantOption(asListed) }, ...onColumns];
      const dependents = dependentsOf(holder, mine, acl);
      const aclOfOption = held.columns ? acl : group.acl;
      const step2 = !isPublic(holder) && holder.gone ? { privilege, grantor, reason: "role-gone" } : stepToRevoke(login, group, privilege, { grantor, privilege }, aclOfOption, dependents);
      return { reason: "not-revoked", ...step2, ...held.columns && { columns: held.columns } };
    });
    return holders.flatMap((role) => {
      const targets = alike2.map((member) => ({ grantee: { role }, group, member }));
      return planOf("REVOKE", stepsFor2(role), targets).blocked;
    });
  });
  return revokes.map((blocked) => {
    const privileges2 = blocked.change.privileges.map((privilege) => listed3.get(privilege) ?? privilege);
    return { blocked, privileges: inOrder(privileges2) };
  });
}
function keyOfEntry({ privileges: privileges2, blocked }) {
  const { grantee, group, columns, grantor, grantedTo } = blocked.change;
  const roles = [grantee.oid, grantor?.oid, grantedTo];
  return JSON.stringify([roles, group.schema?.oid, group.kind, privileges2, columns !== void 0, blocked.reason]);
}
function fixOf(snapshot, same) {
  const [first] = same;
  const changes2 = same.map(({ change }) => change);
  const { note, ...fix } = fixFor(snapshot, first, changes2);
  return first.reason === "not-revoked" || note === void 0 ? fix : { ...fix, note };
}
var TOO_MANY = {
  note: sentence`The SQL names too many objects for a report. Check fewer schemas in one run (input ${code("schemas")}).`
};
function rankOf2({ role, schema, kind, privileges: privileges2 }) {
  return [role, schema, kind, privileges2].join("\0");
}

// src/postgres/catalog.ts
var import_promises4 = require("node:timers/promises");

// node_modules/pg/esm/index.mjs
var import_lib = __toESM(require_lib2(), 1);
var Client = import_lib.default.Client;
var Pool = import_lib.default.Pool;
var Connection = import_lib.default.Connection;
var types = import_lib.default.types;
var Query = import_lib.default.Query;
var DatabaseError = import_lib.default.DatabaseError;
var escapeIdentifier = import_lib.default.escapeIdentifier;
var escapeLiteral = import_lib.default.escapeLiteral;
var Result = import_lib.default.Result;
var TypeOverrides = import_lib.default.TypeOverrides;
var defaults = import_lib.default.defaults;
var esm_default = import_lib.default;

// src/grants/creators.ts
function creatorsOf({ sessionUser, groups, schemas: schemas2 }, grantees, { schemaPrivileges }) {
  const owners = groups.flatMap(
    ({ kind, schema, owner, skipped }) => schema === void 0 || kind === "default-privileges" || skipped !== "" ? [] : { schema, role: owner }
  );
  const entitled = schemas2.flatMap(
    (schema) => schema.acl.flatMap(({ privilege, grantee: role }) => {
      if (privilege !== "CREATE" || isPublic(role) || !role.canLogin) return [];
      return role === sessionUser || !role.name.startsWith(APP2) ? { schema, role } : [];
    })
  );
  const creating = schemaPrivileges.includes("CREATE") ? grantees.filter(({ role }) => role.canLogin) : [];
  const demanded = schemas2.flatMap((schema) => creating.map(({ actor }) => ({ schema, role: actor })));
  const all2 = distinctBy([...owners, ...entitled, ...demanded], ({ schema, role }) => `${schema.oid} ${role.oid}`);
  return all2.filter(({ role: { superuser, predefined: predefined2, gone } }) => !superuser && !predefined2 && !gone);
}
var APP2 = "aad_";

// src/grants/obstacles.ts
function databaseObstacle(snapshot, demand, mode) {
  return unknownSchema(snapshot, demand) ?? unknownPrivilege(snapshot, demand) ?? nothingToCheck(snapshot, demand) ?? (mode === "apply" ? readOnly2(snapshot) : null);
}
function oldServer(version) {
  if (Number.parseInt(version, 10) >= OLDEST_VERSION) return null;
  return failure({
    code: "server-too-old",
    message: sentence`The server runs PostgreSQL ${code(version)}. This action needs PostgreSQL ${OLDEST_VERSION} or newer.`,
    hint: "The catalogs of older versions lack what the action reads, and PostgreSQL supports them no longer.",
    steps: [
      "Upgrade the server. Azure checks first whether it can. The server is offline for some minutes, and only a restore leads back:",
      run("az postgres flexible-server upgrade --resource-group <resource-group> --name <server> --version 17")
    ]
  });
}
var OLDEST_VERSION = 14;
function noDatabaseFits(pattern, candidates) {
  return failure({
    code: "no-database-fits",
    message: sentence`No database of this server fits the pattern ${code(pattern)}.`,
    hint: candidates.length === 0 ? "Patterns do not find templates, `postgres` and Azure's own databases, and the server has no other." : sentence`${aboutNames(pattern)} The server has ${someNames(candidates.map((each) => [each]))}.`,
    steps: ["Correct the pattern in `database`, or create the database before this step."]
  });
}
function demandedTwice(grantee) {
  return failure({
    code: "demanded-twice",
    message: sentence`Two entries of ${code("grants-file")} are about ${name(grantee)} and the same schema of this database.`,
    hint: "Their patterns in `database` both fit this database. The entries could demand different privileges, so nothing was checked here.",
    steps: ["Change the patterns so that only one of the entries fits this database, or make one entry of the two."]
  });
}
function granteeNotFound(grantee, knownRoles, objectId3 = "<object ID>") {
  const near = nearest(knownRoles.includes(`aad_${grantee}`) ? `aad_${grantee}` : grantee, knownRoles);
  const isReserved = RESERVED_ROLE.test(grantee);
  const ifRight = [
    sentence`If the name ${name(grantee)} is right, create the role: sign in to database ${name("postgres")} as a Microsoft Entra administrator and run:`,
    run(
      `SELECT * FROM pgaadauth_create_principal_with_oid(${quoteLiteral(grantee)}, ${quoteLiteral(objectId3)}, 'service', false, false);`
    )
  ];
  return failure({
    code: "grantee-not-found",
    message: sentence`Role ${name(grantee)} does not exist on this server.`,
    hint: isReserved ? "PostgreSQL reserves this name, so nobody can create the role. PUBLIC, which is everybody, is not a role." : sentence`${aboutNames(grantee)} A Service Connector template does not always create the role.`,
    steps: [
      ...near === void 0 ? [] : [sentence`Did you mean ${code(near)}? Then set \`grantee\` to that name.`],
      ...isReserved ? ["Set `grantee` to a role of this server."] : ifRight
    ]
  });
}
function unknownSchema(snapshot, { schemas: schemas2 }) {
  if (schemas2 === "*") return null;
  const isSystem = (schema) => schema.startsWith("pg_") || schema === "information_schema";
  const missing = schemas2.filter((each) => isSystem(each) || !snapshot.schemas.some((schema) => schema.name === each));
  if (missing.length === 0) return null;
  return failure({
    code: "schema-not-found",
    message: sentence`This database has no schema ${someNames(missing.map((each) => [each]))} to check.`,
    hint: paragraph(
      ...missing.map((each) => didYouMean(each, snapshot.knownSchemas)),
      aboutNames(...missing),
      sentence`Only \`*\` alone stands for several schemas. PostgreSQL's own schemas are never checked.`
    ),
    steps: ["Correct `schemas`, or run the migration that creates the schema before this step."]
  });
}
function unknownPrivilege({ server }, { tablePrivileges }) {
  if (tablePrivileges === "ALL") return null;
  const unknown = tablePrivileges.find((privilege) => server.version < sinceOf(privilege));
  if (unknown === void 0) return null;
  return failure({
    code: "privilege-not-found",
    message: sentence`PostgreSQL ${code(server.versionText)} does not have the ${inOurWords(unknown)} privilege.`,
    hint: sentence`PostgreSQL ${Math.floor(sinceOf(unknown) / 1e4)} introduced it.`,
    steps: [sentence`Remove ${inOurWords(unknown)} from \`table-privileges\`.`]
  });
}
function nothingToCheck(snapshot, { schemas: schemas2, allowEmpty, routinePrivileges }) {
  if (allowEmpty) return null;
  const checked = snapshot.groups.filter((group) => isInSchema(group.kind) && group.skipped === "");
  const empty = snapshot.schemas.filter(({ oid }) => !checked.some((group) => group.schema?.oid === oid));
  if (schemas2 === "*" ? checked.length > 0 : empty.length === 0) return null;
  const skipped = snapshot.groups.reduce((sum, group) => sum + (group.skipped === "" ? 0 : group.size), 0);
  const kinds = inOurWords(routinePrivileges.length > 0 ? "table, sequence or routine" : "table or sequence");
  const where = schemas2 === "*" ? inOurWords("This database") : sentence`Schema ${someNames(empty.map((each) => [each.name]))}`;
  return failure({
    code: "nothing-to-check",
    message: sentence`${where} has no ${kinds} to check${skipped > 0 ? sentence` (${skipped} skipped)` : EMPTY}.`,
    hint: "An empty check never passes, because it usually means a wrong `database`, `schemas` or `exclude`.",
    steps: [
      "Check the inputs `database`, `schemas` and `exclude`, and run the migrations before this step.",
      "If the schema is meant to be empty, set `allow-empty: true`."
    ]
  });
}
function readOnly2(snapshot) {
  const { readOnly: source } = snapshot.server;
  if (source === null) return null;
  const setting = settingOf(source, snapshot.sessionUser.name, snapshot.database.name);
  const isReplica = source === "recovery";
  const check = "To check the privileges here, set `mode: check`.";
  if (setting !== void 0)
    return failure({
      code: "read-only-setting",
      message: sentence`\`default_transaction_read_only\` is on for ${setting.where}, so nothing can be granted.`,
      hint: "Someone protected it from changes. The server itself is not read-only.",
      steps: [sentence`To remove the setting, run as ${setting.who}:`, run(...writableAgain(setting.alter)), check]
    });
  return failure({
    code: "read-only",
    message: "This server is read-only, so nothing can be granted.",
    hint: isReplica ? "It is a replica." : "Azure made it so because its storage is nearly full, or a parameter is set.",
    steps: [...isReplica ? ["Set `host` to the primary server."] : WRITABLE_AGAIN, check]
  });
}
var WRITABLE_AGAIN = [
  "See the `Storage percent` of the server under `Metrics` in the Azure portal. If it is less than 95, set the parameter `default_transaction_read_only` to `off` (`Server parameters`). If it is more, enlarge the storage:",
  run("az postgres flexible-server update --resource-group <resource-group> --name <server> --storage-size <gib>")
];

// src/grants/powers.ts
function powersMatter({ onExtra, tablePrivileges, sequencePrivileges }) {
  const isAll = tablePrivileges === "ALL" && sequencePrivileges === "ALL";
  return onExtra !== "ignore" && (!isAll || extraIsDrift(onExtra));
}
function powersBeyond({ groups, server }, demand, grantee) {
  if (!powersMatter(demand) || grantee.role.superuser) return [];
  const places = groups.filter(({ kind }) => kind === "database" || kind === "schema");
  const relations = groups.filter(({ kind, skipped }) => isRelation(kind) && skipped === "");
  const owners = new Map([...places, ...relations].map(({ owner }) => [owner.oid, owner]));
  return [
    ...places.flatMap((group) => ownerOf(group, grantee)),
    ...groupsOf(grantee.ownerships, ({ owner, grantor }) => `${owner} ${grantor}`).flatMap((alike2) => {
      const owner = owners.get(alike2[0].owner);
      return owner === void 0 ? [] : memberOf(server, owner, grantee.role, alike2);
    })
  ];
}
function ownerOf({ kind, owner, members }, { role, actor }) {
  if (owner !== role && owner !== actor) return [];
  return members.map((member) => {
    const alter = `ALTER ${kind.toUpperCase()} ${quoteIdentifier(member.name)} OWNER TO "<new owner>";`;
    const needs = kind === "database" ? sentence`The role that runs this can act as both and has CREATEDB.` : sentence`The role that runs this can act as both, and the new owner has CREATE on the database.`;
    return {
      kind,
      name: member.name,
      owner: owner.name,
      privileges: ["OWNER"],
      reason: "is-owner",
      sources: [{ source: "owner" }],
      fix: { note: sentence`Give it to another role: ${code(alter)} ${needs}` }
    };
  });
}
function memberOf(server, owner, grantee, memberships) {
  const [{ grantor, grantorCanLogin }] = memberships;
  const by = server.version >= 16e4 && grantor !== null ? ` GRANTED BY ${quoteIdentifier(grantor)}` : "";
  const revokes = memberships.map(
    ({ role }) => `REVOKE ${quoteIdentifier(role)} FROM ${quoteIdentifier(grantee.name)}${by};`
  );
  const fix = grantor === null ? { note: inOurWords("Any role with ADMIN OPTION on that role can revoke the membership.") } : {
    as: grantor,
    ...!grantorCanLogin && { byMember: true },
    sql: [...grantorCanLogin ? [] : [`SET ROLE ${quoteIdentifier(grantor)};`], ...revokes].join(" "),
    note: REASONS["can-act-as-owner"].advice ?? EMPTY
  };
  return {
    kind: "role",
    name: owner.name,
    owner: owner.name,
    privileges: ["SET"],
    reason: "can-act-as-owner",
    sources: memberships.map(({ role }) => ({ source: "role", role })),
    fix
  };
}

// src/postgres/roles.sql.ts
var aclOf = (acl, type, owner) => `pg_catalog.array_cat(COALESCE(${acl}, pg_catalog.acldefault(${type}, ${owner})), '{}')`;
var SETTINGS = `
    SELECT s.setrole, pg_catalog.split_part(t.text, '=', 1) AS name, pg_catalog.substr(t.text, pg_catalog.strpos(t.text, '=') + 1) AS value,
           (s.setrole = 0)::pg_catalog.int4 * 2 + (s.setdatabase = 0)::pg_catalog.int4 AS rank
    FROM pg_catalog.pg_db_role_setting AS s
    JOIN database AS d ON s.setdatabase IN (0, d.oid)
    CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS t (text)`;
var SERVER_CTES = `known_role AS MATERIALIZED (
  SELECT oid, rolname, rolsuper, rolcanlogin, rolcreaterole, rolbypassrls, rolconnlimit, rolvaliduntil FROM pg_catalog.pg_roles
),
server AS (
  SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS version,
         -- up to 15, who is a member may set the role
         CASE WHEN pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 160000 THEN 'SET'
              ELSE 'MEMBER' END AS set_option,
         (SELECT oid FROM known_role WHERE rolname = SESSION_USER) AS session_user_oid
),
database AS (
  SELECT oid, datname, datdba, ${aclOf("datacl", "'d'", "datdba")} AS acl
  FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
),
extension_member AS MATERIALIZED (
  SELECT classid, objid FROM pg_catalog.pg_depend
  WHERE refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND deptype = 'e'
)`;
function roleRows(roles, more = "") {
  return `SELECT 'role' AS section, pg_catalog.json_build_object(
         'oid', m.oid, 'name', COALESCE(r.rolname, pg_catalog.pg_get_userbyid(m.oid)), 'gone', r.oid IS NULL,
         'superuser', COALESCE(r.rolsuper, FALSE), 'canLogin', COALESCE(r.rolcanlogin, FALSE),
         'noConnections', COALESCE(r.rolconnlimit = 0 AND NOT r.rolsuper, FALSE),
         'createRole', COALESCE(r.rolcreaterole, FALSE), 'bypassRls', COALESCE(r.rolbypassrls, FALSE),
         'azureAdmin', COALESCE(pg_catalog.pg_has_role(m.oid, pg_catalog.to_regrole('${AZURE_ADMIN}'), 'MEMBER'), FALSE),
         'predefined', COALESCE(r.rolname ~ '^pg_', FALSE),
         -- the session user has just signed in
         'expired', COALESCE(r.rolvaliduntil <= pg_catalog.now() AND r.oid <> session_user_oid, FALSE),
         'inheritedBy', (SELECT COALESCE(pg_catalog.json_agg(heir.oid), '[]') FROM heir
                         WHERE pg_catalog.pg_has_role(heir.oid, m.oid, 'USAGE'))${more}) AS facts
FROM (${roles}) AS m
CROSS JOIN server
LEFT JOIN known_role AS r ON r.oid = m.oid
-- fails if a name is not valid: the bytes of a role's name are the same in all databases, whatever their encoding
WHERE r.oid IS NULL OR pg_catalog.convert_to(r.rolname, 'UTF8') IS NOT NULL`;
}
var FIRST_NORMAL_OID = 16384;
var SECTIONS = `SELECT 'server' AS section, pg_catalog.json_build_object(
         'version', version,
         'versionText', pg_catalog.current_setting('server_version'),
         'readOnly', CASE
           WHEN pg_catalog.pg_is_in_recovery() THEN 'recovery'
           WHEN pg_catalog.current_setting('default_transaction_read_only')::pg_catalog.bool
             THEN (SELECT source FROM pg_catalog.pg_settings WHERE name = 'default_transaction_read_only') END,
         'labelsReadable', pg_catalog.has_table_privilege('pg_catalog.pg_shseclabel', 'SELECT'),
         'databaseOwnerInherits', (SELECT pg_catalog.pg_has_role(datdba, 'pg_database_owner', 'USAGE') FROM database),
         'citus', EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus'),
         'sequences', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_sequence),
         'closedRoutines', EXISTS (SELECT FROM pg_catalog.pg_proc WHERE proacl IS NOT NULL AND oid >= ${FIRST_NORMAL_OID}),
         'sessionUser', session_user_oid,
         'nextTransaction', pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text) AS facts
FROM server
UNION ALL
${roleRows("SELECT oid FROM mentioned")}
UNION ALL
SELECT 'database', pg_catalog.json_build_object(
         'kind', 'database', 'owner', d.datdba, 'skipped', '', 'size', 1,
         'members', pg_catalog.json_build_array(pg_catalog.json_build_object('oid', d.oid, 'name', d.datname)),
         'acl', (SELECT items FROM acl WHERE relkind = 'database'),
         'held', (SELECT pg_catalog.json_object_agg(g.oid, CASE
                    WHEN pg_catalog.has_database_privilege(g.oid, d.oid, 'CONNECT') THEN '["CONNECT"]'::pg_catalog.json
                    ELSE '[]' END) FROM grantee AS g))
FROM database AS d
UNION ALL
SELECT 'schema', pg_catalog.json_build_object(
         'kind', 'schema', 'owner', s.nspowner, 'skipped', '', 'size', 1,
         'members', pg_catalog.json_build_array(pg_catalog.json_build_object('oid', s.oid, 'name', s.nspname)),
         'acl', acl.items,
         'held', (SELECT pg_catalog.json_object_agg(g.oid, (
                    SELECT COALESCE(pg_catalog.json_agg(p.name), '[]')
                    FROM pg_catalog.unnest('{${SCHEMA_PRIVILEGES.join()}}'::pg_catalog.text[]) AS p (name)
                    WHERE pg_catalog.has_schema_privilege(g.oid, s.oid, p.name))) FROM acting AS g))
FROM schema AS s
LEFT JOIN acl ON acl.relkind = 'schema' AND acl.representative = s.oid`;
var FOR_LOGIN = `,
         'connects', r.oid IS NOT NULL AND pg_catalog.has_database_privilege(m.oid, (SELECT oid FROM database), 'CONNECT'),
         'roleSet', EXISTS (SELECT FROM (${SETTINGS}) AS s WHERE s.setrole IN (0, m.oid) AND s.name = 'role'),
         'inherited', pg_catalog.pg_has_role(session_user_oid, m.oid, 'USAGE'),
         'settable', r.oid IS NOT NULL AND pg_catalog.pg_has_role(session_user_oid, m.oid, set_option),
         'viaRoles', (SELECT COALESCE(pg_catalog.json_agg(via_role.oid ORDER BY via_role.oid), '[]') FROM via_role
                      WHERE via_role.oid <> m.oid AND pg_catalog.pg_has_role(via_role.oid, m.oid, 'USAGE')),
         'grantableBy', CASE WHEN version < 160000
           THEN (SELECT rolname FROM known_role WHERE rolcreaterole AND rolcanlogin AND NOT rolsuper ORDER BY oid LIMIT 1)
           ELSE (SELECT a.rolname FROM pg_catalog.pg_auth_members AS am JOIN pg_catalog.pg_roles AS a ON a.oid = am.member
                 WHERE am.roleid = m.oid AND am.admin_option AND NOT a.rolsuper ORDER BY NOT a.rolcanlogin, a.oid LIMIT 1) END,
         'memberOfLogin', r.oid IS NOT NULL AND pg_catalog.pg_has_role(m.oid, session_user_oid, 'MEMBER'),
         'membership', CASE
           WHEN r.oid IS NULL OR r.rolsuper OR r.rolname = 'pg_database_owner' THEN NULL
           WHEN pg_catalog.pg_has_role(session_user_oid, m.oid, set_option) THEN NULL
           WHEN pg_catalog.pg_has_role(m.oid, session_user_oid, 'MEMBER') THEN NULL
           WHEN version >= 160000 THEN (
             SELECT pg_catalog.json_build_object('grantor', pg_catalog.pg_get_userbyid(a.member), 'existing', existing)
             FROM pg_catalog.pg_auth_members AS a
             CROSS JOIN LATERAL (SELECT EXISTS (
               SELECT FROM pg_catalog.pg_auth_members AS mine
               WHERE mine.roleid = m.oid AND mine.member = session_user_oid AND mine.grantor = a.member)) AS s (existing)
             WHERE a.roleid = m.oid AND a.admin_option AND pg_catalog.pg_has_role(session_user_oid, a.member, 'USAGE')
             ORDER BY existing, a.member <> session_user_oid, a.member
             LIMIT 1)
           WHEN (SELECT rolcreaterole FROM known_role WHERE oid = session_user_oid)
           THEN pg_catalog.json_build_object('grantor', SESSION_USER, 'existing', FALSE) END`;
function whoCanAct(first, heirs) {
  const actors = actorsIn(first.snapshot);
  const [schemas2, roles] = [actors.map(([schema]) => schema), actors.map(([, role]) => role)];
  return `
WITH ${SERVER_CTES},
heir AS (SELECT oid FROM ${unnested(heirs)} AS h (oid)),
mentioned AS (SELECT oid FROM ${unnested(first.roles.map(({ oid }) => oid))} AS m (oid)),
reach AS MATERIALIZED (
  SELECT schema, role, pg_catalog.has_schema_privilege(role, schema, 'USAGE') AS usable
  FROM ROWS FROM (${unnested(schemas2)}, ${unnested(roles)}) AS actor (schema, role)
),
-- other roles that the session user may set and that may have the privileges of one that it may not set, or that lacks USAGE
settable AS MATERIALIZED (
  SELECT r.oid, r.rolsuper
  FROM known_role AS r, server
  WHERE r.oid <> session_user_oid AND NOT (SELECT rolsuper FROM known_role WHERE oid = session_user_oid)
    AND (r.rolsuper OR r.oid IN (SELECT member FROM pg_catalog.pg_auth_members UNION SELECT datdba FROM database))
    AND pg_catalog.pg_has_role(session_user_oid, r.oid, set_option)
),
out_of_reach AS MATERIALIZED (
  SELECT oid FROM mentioned, server WHERE NOT pg_catalog.pg_has_role(session_user_oid, oid, set_option)
  UNION SELECT role FROM reach WHERE NOT usable
),
via_role AS MATERIALIZED (
  SELECT DISTINCT s.oid
  FROM settable AS s
  JOIN out_of_reach AS h ON h.oid <> s.oid AND pg_catalog.pg_has_role(s.oid, h.oid, 'USAGE')
)
${roleRows("SELECT oid FROM mentioned UNION SELECT oid FROM via_role", FOR_LOGIN)}
UNION ALL
SELECT 'usable', pg_catalog.json_build_object('schema', schema, 'roles', pg_catalog.json_agg(role))
FROM (SELECT schema, role FROM reach WHERE usable
      UNION SELECT reach.schema, via_role.oid FROM reach, via_role
      WHERE pg_catalog.has_schema_privilege(via_role.oid, reach.schema, 'USAGE')) AS a
GROUP BY schema;`;
}
function actorsIn({ sessionUser, database, schemas: schemas2, groups, columns }) {
  const ofAcl = (acl) => acl.flatMap(({ grantor, grantee, grantable }) => grantable && !isPublic(grantee) ? [grantor, grantee] : grantor);
  const pairs = [
    ...schemas2.map((schema) => ({ schema, roles: [sessionUser, database.owner] })),
    ...groups.map(({ schema, owner, acl }) => ({ schema, roles: [owner, ...ofAcl(acl)] })),
    ...columns.map(({ group: { schema }, items }) => ({ schema, roles: ofAcl(items) }))
  ].flatMap(({ schema, roles }) => schema === void 0 ? [] : roles.map((role) => `${schema.oid} ${role.oid}`));
  return [...new Set(pairs)].map((pair) => pair.split(" "));
}
var unnested = (oids) => `pg_catalog.unnest('{${oids.join()}}'::pg_catalog.oid[])`;
function aclItems(column) {
  const on = column === void 0 ? "" : `'column', ${column}, `;
  return `pg_catalog.json_agg(pg_catalog.json_build_object(
           ${on}'grantor', grantor, 'grantee', grantee, 'privilege', privilege_type, 'grantable', is_grantable))`;
}
var KIND_OF_RELATION = `CASE a.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned-table' WHEN 'v' THEN 'view'
                 WHEN 'm' THEN 'materialized-view' WHEN 'f' THEN 'foreign-table' WHEN 'S' THEN 'sequence'`;

// src/postgres/grantees.sql.ts
var LABELS = `pg_catalog.pg_shseclabel
       WHERE classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND provider IN ('${RESOLVED_PROVIDER}', '${LABEL_PROVIDER}')`;
var labelsOn = (role) => `ARRAY (SELECT label FROM ${LABELS} AND objoid = ${role} ORDER BY provider DESC)`;
function labelsOf(grantees) {
  return `
SELECT g.oid::pg_catalog.text AS grantee, ${labelsOn("g.oid")} AS labels,
       EXISTS (SELECT FROM ${LABELS}) AS "labelsInUse"
FROM ${unnested(grantees)} AS g (oid)
ORDER BY g.oid;`;
}
function ownerships(grantees, owners, version) {
  const [set, option, inherit] = version >= 16e4 ? ["SET", "m.set_option", "m.inherit_option"] : ["MEMBER", "TRUE", "FALSE"];
  return `
SELECT m.member::pg_catalog.text AS grantee, o.oid::pg_catalog.text AS owner, team.rolname AS role,
       grantor.rolname AS grantor, COALESCE(grantor.rolcanlogin, FALSE) AS "grantorCanLogin"
FROM pg_catalog.pg_auth_members AS m
JOIN pg_catalog.pg_roles AS team ON team.oid = m.roleid
LEFT JOIN pg_catalog.pg_roles AS grantor ON grantor.oid = m.grantor
JOIN pg_catalog.pg_roles AS o ON o.oid = ANY ('{${owners.join()}}'::pg_catalog.oid[]) AND o.oid <> m.member
WHERE m.member = ANY ('{${grantees.join()}}'::pg_catalog.oid[]) AND o.rolname <> 'pg_database_owner'
  AND (${inherit} AND pg_catalog.pg_has_role(m.roleid, o.oid, 'USAGE') OR ${option} AND EXISTS (
    SELECT FROM (SELECT m.roleid UNION SELECT roleid FROM pg_catalog.pg_auth_members) AS x (oid)
    WHERE pg_catalog.pg_has_role(m.roleid, x.oid, '${set}') AND pg_catalog.pg_has_role(x.oid, o.oid, 'USAGE')))
ORDER BY o.oid, grantor.rolname, team.rolname;`;
}

// src/text/pattern.ts
var isPattern = (text) => text.includes("*");
function fits2(name3, pattern) {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === void 0) return name3 === pattern;
  const end = name3.length - last.length;
  if (end < first.length || !name3.startsWith(first) || !name3.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts) {
    const found2 = name3.indexOf(part, at);
    if (found2 === -1 || found2 + part.length > end) return false;
    at = found2 + part.length;
  }
  return true;
}
var likeOf = (pattern) => pattern.replaceAll(/[\\%_]/g, "\\$&").replaceAll("*", "%");

// src/postgres/exclude.sql.ts
function isExcluded(exclude, schema, name3) {
  const isLike = (text, patterns) => `${text} LIKE ANY (${textArray(patterns.map(likeOf))})`;
  const withDot = exclude.filter((each) => each.includes("."));
  return `(${isLike(name3, exclude)} OR ${isLike(`pg_catalog.concat(${schema}, '.', ${name3})`, withDot)})`;
}

// src/postgres/snapshot.sql.ts
var PRIVILEGES_OF = { r: TABLE_PRIVILEGES, S: SEQUENCE_PRIVILEGES, f: ROUTINE_PRIVILEGES };
var PRIVILEGE_ROWS = Object.entries(PRIVILEGES_OF).flatMap(
  ([type, names3]) => names3.map((name3, n) => `('${type}'::"char", '${name3}', ${sinceOf(name3)}, ${n})`)
);
var PRIVILEGES = `(VALUES ${PRIVILEGE_ROWS}) AS privilege (type, name, since, ordinal)`;
var ROUTINE_KINDS = "('F', 'P', 'A')";
var ARGUMENTS = `(SELECT COALESCE(pg_catalog.string_agg(
                      CASE p.prokind WHEN 'p' THEN 'IN ' ELSE '' END || ${schemaOfType("f.type")} || f.type, ', ' ORDER BY t.n), '')
                    FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS t (oid, n),
                         LATERAL (SELECT pg_catalog.format_type(t.oid, NULL) AS type) AS f)`;
function schemaOfType(type) {
  const name3 = `pg_catalog.btrim(pg_catalog.replace(${type}, '[]', ''), '"')::pg_catalog.name`;
  return `CASE WHEN (SELECT pg_catalog.bool_or(y.typnamespace = 'pg_catalog'::pg_catalog.regnamespace) AND pg_catalog.count(*) > 1
                                  FROM pg_catalog.pg_type AS y WHERE y.typname = ${name3}) THEN 'pg_catalog.' ELSE '' END`;
}
function leadsNowhere(path, role) {
  return `(
          SELECT pg_catalog.bool_and(n.oid IS NULL OR n.oid NOT IN (SELECT oid FROM schema)
                   AND NOT pg_catalog.has_schema_privilege(${role}, n.oid, 'USAGE'))
          FROM pg_catalog.regexp_matches(${path}, '"((?:[^"]|"")*)"|([^[:space:]",]+)', 'g') AS m (part)
          CROSS JOIN LATERAL COALESCE(pg_catalog.replace(part[1], '""', '"'), pg_catalog.lower(part[2])) AS p (name)
          LEFT JOIN pg_catalog.pg_namespace AS n
            ON n.nspname = CASE p.name WHEN '$user' THEN pg_catalog.pg_get_userbyid(${role}) ELSE p.name END
          WHERE p.name NOT IN ('', 'pg_catalog', 'pg_temp'))`;
}
var SNAPSHOT = `
WITH ${SERVER_CTES},
grantee AS (
  SELECT asked.name, role.oid
  FROM pg_catalog.unnest(:grantees) AS asked (name)
  JOIN known_role AS role ON role.rolname = asked.name
),
-- the settings that count for a grantee's sessions here: those of the role in this database come first, those of all roles for
-- all databases last
setting AS MATERIALIZED (
  SELECT DISTINCT ON (g.oid, s.name) g.oid AS grantee, s.name, s.value, r.oid AS role,
         (ARRAY['database user', 'user', 'database', 'global'])[s.rank + 1] AS source
  FROM grantee AS g
  CROSS JOIN server
  JOIN (${SETTINGS}) AS s ON s.setrole IN (0, g.oid) AND s.name IN ('role', 'default_transaction_read_only', 'search_path')
  LEFT JOIN known_role AS r ON s.name = 'role' AND r.rolname = s.value
  -- the server passes over a role that it refuses
  WHERE s.name <> 'role' OR s.value = 'none' OR (r.oid IS NOT NULL AND pg_catalog.pg_has_role(g.oid, r.oid, set_option))
  ORDER BY g.oid, s.name, s.rank
),
-- as which role a grantee's sessions begin
session AS MATERIALIZED (
  SELECT g.name, g.oid AS grantee, COALESCE(s.role, g.oid) AS role
  FROM grantee AS g
  LEFT JOIN setting AS s ON s.grantee = g.oid AND s.name = 'role'
),
acting AS MATERIALIZED (SELECT DISTINCT role AS oid FROM session),
heir AS MATERIALIZED (SELECT oid FROM grantee UNION SELECT oid FROM acting),
-- what GRANT ALL means on this version
privilege AS (
  SELECT type, name, CASE type WHEN 'r' THEN :tables IS NULL OR name = ANY (:tables)
                               WHEN 'S' THEN :sequences IS NULL OR name = ANY (:sequences)
                               ELSE name = ANY (:routines) END AS demanded
  FROM server JOIN ${PRIVILEGES} ON since <= version
),
schema AS MATERIALIZED (
  SELECT oid, nspname, nspowner, ${aclOf("nspacl", "'n'", "nspowner")} AS acl
  FROM pg_catalog.pg_namespace
  WHERE nspname = ANY (:schemas)
     OR (:schemas IS NULL AND nspname !~ '^pg_' AND nspname <> 'information_schema' AND oid NOT IN (
           SELECT objid FROM extension_member WHERE classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass))
),
object AS (
  -- what GRANT ... ON ALL TABLES and ON ALL SEQUENCES cover
  SELECT c.oid, c.relname AS name, c.relnamespace, c.relowner, c.relkind, c.relacl, c.relhastriggers, c.xmin,
         c.relhasrules OR c.relrowsecurity AS rewritten,
         'pg_catalog.pg_class'::pg_catalog.regclass AS catalog
  FROM pg_catalog.pg_class AS c
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') /* if routines */
  UNION ALL
  -- window functions are functions
  SELECT p.oid, p.proname, p.pronamespace, p.proowner, CASE p.prokind WHEN 'p' THEN 'P' WHEN 'a' THEN 'A' ELSE 'F' END::"char", p.proacl,
         FALSE, p.xmin, FALSE, 'pg_catalog.pg_proc'::pg_catalog.regclass
  FROM pg_catalog.pg_proc AS p /* end if */
),
-- own_group sets an object apart from others like it, if its row was written by transaction :since or later:
-- https://www.postgresql.org/docs/current/ddl-system-columns.html (xmin)
checked AS (
  SELECT o.*, s.nspname,
         CASE WHEN :since IS NOT NULL AND pg_catalog.age(o.xmin) <= pg_catalog.age(:since::pg_catalog.xid)
              THEN o.oid END AS own_group,
         CASE WHEN (o.catalog, o.oid) IN (SELECT classid, objid FROM extension_member) THEN 'extension' /* if exclude */
              WHEN :excluded THEN 'exclude' /* end if */ ELSE '' END AS skipped
  FROM object AS o
  JOIN schema AS s ON s.oid = o.relnamespace
),
-- aclitem[] can be hashed, not sorted: no ordered aggregate here
alike AS MATERIALIZED (
  SELECT relnamespace, relowner, relkind, relacl, skipped,
         ${aclOf("relacl", `CASE WHEN relkind = 'S' THEN 's'::"char" WHEN relkind IN ${ROUTINE_KINDS} THEN 'f' ELSE 'r' END`, "relowner")} AS acl,
         pg_catalog.count(*) AS size, pg_catalog.min(oid) AS representative, pg_catalog.array_agg(oid) AS members,
         pg_catalog.bool_or(rewritten) AS rewritten, pg_catalog.bool_or(relhastriggers) AS triggers
  FROM checked
  GROUP BY relnamespace, relowner, relkind, relacl, skipped, own_group
), /* if columns */
-- nothing on a column is beyond ALL on the table
column_acl AS MATERIALIZED (
  SELECT c.attrelid, c.attname, x.grantor, x.grantee, x.privilege_type, x.is_grantable
  FROM pg_catalog.pg_attribute AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.attacl) AS x
  WHERE c.attacl IS NOT NULL AND NOT c.attisdropped
),
column_extra AS MATERIALIZED (
  SELECT DISTINCT r.relkind, a.representative, r.oid AS relation, r.relname, r.relnamespace
  FROM column_acl AS c
  JOIN pg_catalog.pg_class AS r ON r.oid = c.attrelid
  JOIN (SELECT representative, pg_catalog.unnest(members) AS oid FROM alike
        WHERE skipped = '' AND relkind NOT IN ${ROUTINE_KINDS}) AS a ON a.oid = r.oid
  JOIN acting AS g ON g.oid <> r.relowner
    AND CASE WHEN c.grantee = 0 THEN TRUE ELSE pg_catalog.pg_has_role(g.oid, c.grantee, 'USAGE') END
  WHERE c.privilege_type <> ALL (CASE r.relkind WHEN 'S' THEN :sequences ELSE :tables END) OR c.is_grantable
),
column_item AS MATERIALIZED (
  SELECT e.*, c.attname, c.grantor, c.grantee, c.privilege_type, c.is_grantable
  FROM column_acl AS c JOIN column_extra AS e ON e.relation = c.attrelid
), /* end if */
-- whose ACL items matter: the grantees', those of the roles whose privileges they have, of who granted on columns, and PUBLIC's
involved AS MATERIALIZED (
  SELECT DISTINCT r.oid FROM heir AS g
  CROSS JOIN LATERAL (SELECT oid FROM known_role WHERE pg_catalog.pg_has_role(g.oid, known_role.oid, 'USAGE') OFFSET 0) AS r /* if columns */
  UNION SELECT grantor FROM column_item /* end if */
),
-- besides: grant options, what somebody else than the owner granted, and who may create in a schema
item AS MATERIALIZED (
  SELECT o.relkind, o.representative, o.schema, x.grantor, x.grantee, x.privilege_type, x.is_grantable
  FROM (
    SELECT relkind::pg_catalog.text, representative, relnamespace AS schema, relowner AS owner, acl FROM alike WHERE skipped = ''
    UNION ALL SELECT 'schema', oid, NULL, nspowner, acl FROM schema
    UNION ALL SELECT 'database', oid, NULL, datdba, acl FROM database
  ) AS o
  CROSS JOIN LATERAL pg_catalog.aclexplode(o.acl) AS x
  WHERE x.is_grantable OR x.grantor <> o.owner OR x.grantee = 0 OR x.grantee IN (SELECT oid FROM involved)
     OR (o.relkind = 'schema' AND x.privilege_type = 'CREATE')
),
acl AS MATERIALIZED (
  SELECT relkind, representative, ${aclItems()} AS items FROM item GROUP BY relkind, representative
),
-- OFFSET 0: each privilege is asked for once, however often the answer is used
answered AS MATERIALIZED (
  SELECT a.*, h.held, h.has_finding OR :more AND (a.relkind::pg_catalog.text, a.representative) IN (
           SELECT relkind, representative FROM item
           JOIN acting AS g ON CASE WHEN is_grantable AND grantee <> 0 THEN pg_catalog.pg_has_role(g.oid, grantee, 'USAGE') END
         ) AS has_finding
  FROM alike AS a
  LEFT JOIN LATERAL (
    SELECT pg_catalog.json_object_agg(grantee, privileges) AS held, pg_catalog.bool_or(has_finding) AS has_finding
    FROM (
      SELECT grantee, COALESCE(pg_catalog.json_agg(name) FILTER (WHERE held), '[]') AS privileges,
             pg_catalog.bool_or((demanded AND held IS NOT TRUE)
               OR (:more AND held AND NOT demanded AND a.relowner <> grantee)) AS has_finding
      FROM (
        SELECT g.oid AS grantee, p.name, p.demanded,
               CASE p.type WHEN 'S' THEN pg_catalog.has_sequence_privilege(g.oid, a.representative, p.name)
                           WHEN 'f' THEN pg_catalog.has_function_privilege(g.oid, a.representative, p.name)
                           ELSE pg_catalog.has_table_privilege(g.oid, a.representative, p.name) END AS held
        FROM acting AS g
        JOIN privilege AS p ON p.type = CASE WHEN a.relkind = 'S' THEN 'S' WHEN a.relkind IN ${ROUTINE_KINDS} THEN 'f' ELSE 'r' END
        OFFSET 0
      ) AS asked
      GROUP BY grantee
    ) AS by_grantee
  ) AS h ON a.skipped = ''
),
mentioned AS MATERIALIZED (
  SELECT relowner AS oid FROM alike UNION SELECT nspowner FROM schema UNION SELECT datdba FROM database
  UNION SELECT grantor FROM item UNION SELECT grantee FROM item WHERE grantee <> 0 /* if columns */
  UNION SELECT grantor FROM column_item UNION SELECT grantee FROM column_item WHERE grantee <> 0 /* end if */
  UNION SELECT oid FROM heir UNION SELECT session_user_oid FROM server
  UNION SELECT oid FROM involved JOIN (
    SELECT (pg_catalog.aclexplode(defaclacl)).grantee FROM pg_catalog.pg_default_acl) AS d ON d.grantee = oid
  UNION SELECT oid FROM known_role
  WHERE rolname IN (${Object.keys(PREDEFINED_ROLES).map((role) => `'${role}'`)})
)
${SECTIONS}
UNION ALL
SELECT 'grantee', pg_catalog.json_build_object(
         'name', s.name, 'oid', s.grantee, 'session', s.role,
         'readOnly', (SELECT source FROM setting AS r WHERE r.grantee = s.grantee
                        AND CASE r.name WHEN 'default_transaction_read_only' THEN r.value::pg_catalog.bool END),
         'searchPath', (SELECT pg_catalog.json_build_object('value', value, 'source', source) FROM setting AS r
                        WHERE r.grantee = s.grantee AND r.name = 'search_path' AND ${leadsNowhere("r.value", "s.role")}))
FROM session AS s
UNION ALL
SELECT 'group', pg_catalog.json_build_object(
         'kind', ${KIND_OF_RELATION} WHEN 'F' THEN 'function' WHEN 'P' THEN 'procedure' ELSE 'aggregate' END,
         'schema', a.relnamespace, 'owner', a.relowner, 'skipped', a.skipped,
         'size', a.size, 'representative', a.representative, 'relacl', a.relacl::pg_catalog.text,
         'held', a.held, 'rewritten', a.rewritten, 'triggers', a.triggers, 'acl', acl.items,
         'members', CASE WHEN a.has_finding THEN /* if routines */ CASE WHEN a.relkind IN ${ROUTINE_KINDS} THEN (
             SELECT pg_catalog.json_agg(pg_catalog.json_build_object('oid', p.oid, 'name', p.proname, 'arguments', ${ARGUMENTS}))
             FROM pg_catalog.pg_proc AS p WHERE p.oid = ANY (a.members)) ELSE /* end if */ (
             SELECT pg_catalog.json_agg(pg_catalog.json_build_object('oid', oid, 'name', relname))
             FROM pg_catalog.pg_class WHERE oid = ANY (a.members)) /* if routines */ END /* end if */ END)
FROM answered AS a
LEFT JOIN acl ON acl.relkind = a.relkind::pg_catalog.text AND acl.representative = a.representative /* if columns */
UNION ALL
SELECT 'column', pg_catalog.json_build_object(
         'representative', representative, 'relation', relation, 'name', relname, 'items', ${aclItems("attname")})
FROM column_item GROUP BY representative, relation, relname /* end if */ /* if exclude */
UNION ALL
SELECT 'unmatched-pattern', pg_catalog.to_json(p.text) FROM (VALUES :patterns) AS p (text, is_matched) WHERE NOT is_matched /* end if */`;
function snapshotFor(grantees, demand, since) {
  const { exclude, onExtra, schemas: schemas2, tablePrivileges, sequencePrivileges, routinePrivileges } = demand;
  const needed = {
    exclude: exclude.length > 0,
    routines: routinePrivileges.length > 0,
    columns: onExtra !== "ignore" && (tablePrivileges !== "ALL" || sequencePrivileges !== "ALL")
  };
  const patterns = exclude.map((pattern) => {
    const isMatched = `EXISTS (SELECT FROM checked AS c WHERE ${isExcluded([pattern], "c.nspname", "c.name")})`;
    return `(${quoteLiteral(pattern)}::pg_catalog.text, ${isMatched})`;
  });
  const values = {
    grantees: textArray(grantees),
    schemas: textArray(schemas2 === "*" ? null : schemas2),
    tables: textArray(tablePrivileges === "ALL" ? null : tablePrivileges),
    sequences: textArray(sequencePrivileges === "ALL" ? null : sequencePrivileges),
    routines: textArray(routinePrivileges),
    more: String(onExtra !== "ignore"),
    since: `${since === void 0 ? "NULL" : quoteLiteral(since)}::pg_catalog.xid8`,
    excluded: isExcluded(exclude, "s.nspname", "o.name"),
    patterns: patterns.join(", ")
  };
  const part = /\/\* if (\w+) \*\/([\s\S]*?)\/\* end if \*\//g;
  const parts = SNAPSHOT.replace(part, (_, name3, sql) => needed[name3] ? sql : "");
  return parts.replace(/:([a-z]+)\b/g, (text, name3) => values[name3] ?? text);
}
var KNOWN_NAMES = `
SELECT 'known-schema' AS section, pg_catalog.to_json(nspname) AS facts FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_'
UNION ALL
SELECT 'known-role', pg_catalog.to_json(rolname) FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_';`;

// src/postgres/pitfalls.sql.ts
function pitfallStatements(first, demand, grantees) {
  const { snapshot, asked, server } = first;
  const { exclude, tablePrivileges: ofTables, sequencePrivileges: ofSequences, routinePrivileges: ofRoutines } = demand;
  const schemas2 = snapshot.schemas.map(({ oid }) => oid);
  const isChecked3 = (object, schema, prefix = "rel") => `${object}.${prefix}namespace = ANY ('{${schemas2}}'::pg_catalog.oid[]) AND NOT ${isExcluded(exclude, `${schema}.nspname`, `${object}.${prefix}name`)}`;
  const used = usedBy(grantees, isChecked3("c", "n"));
  const takesValues = ofSequences === "ALL" || ofSequences.includes("USAGE") || ofSequences.includes("UPDATE");
  const demanded = USES.filter((use) => ofTables === "ALL" || ofTables.includes(use));
  const others = server.sequences > asked.reduce((sum, { kind, size }) => sum + (kind === "sequence" ? size : 0), 0);
  const mayLackValues = demanded.includes("INSERT") && (!takesValues || others || exclude.length > 0);
  const isDemanded = ofRoutines.length > 0 ? isChecked3("p", "pn", "pro") : "FALSE";
  return [
    ...asked.some(({ rewritten, skipped }) => rewritten && skipped === "") ? [usesThatFail(used, demanded)] : [],
    ...asked.some(({ triggers }) => triggers) ? [foreignKeysThatFail(used)] : [],
    ...server.closedRoutines ? [functionsThatFail(used, isDemanded)] : [],
    ...mayLackValues ? [defaultsThatFail(used, takesValues, isChecked3("s", "sn"))] : [],
    ...asked.some(({ kind }) => kind === "foreign-table") ? [foreignTablesWithoutMapping(used)] : []
  ];
}
var extensionMember = (oid, catalog = "pg_class") => `EXISTS (
    SELECT FROM pg_catalog.pg_depend
    WHERE classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND objid = ${oid} AND deptype = 'e')`;
function usedBy(grantees, isChecked3) {
  return `used AS (
  SELECT c.*, n.nspname, g.oid AS grantee
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  CROSS JOIN ${unnested(grantees)} AS g (oid)
  WHERE ${isChecked3} AND NOT ${extensionMember("c.oid")}
)`;
}
var USED = "used.grantee::pg_catalog.text, used.nspname AS schema, used.relname AS name";
var COLUMN_SHIFT = 7;
var USES = ["SELECT", "UPDATE", "INSERT", "DELETE"];
var ALL_USES = 2 + 4 + 8 + 16;
var EVENT = `(ARRAY['${USES.join("','")}'])[rule.ev_type::pg_catalog.text::pg_catalog.int4]`;
var USE_ROWS = `(VALUES ('SELECT', 1, 2, ':selectedCols (b', 'r'::"char"), ('UPDATE', 2, 4, ':updatedCols (b', 'w'),
                      ('INSERT', 3, 1, ':insertedCols (b', 'a'), ('DELETE', 4, 8, '', 'd')) AS w (use, type, bit, columns, policy)`;
var TRIGGER_INSTEAD = 64;
var SOURCES2 = `source AS MATERIALIZED (
  SELECT read.*, read.ordinal = pg_catalog.min(read.ordinal) OVER (PARTITION BY read.rule) AS is_base
  FROM (
    SELECT rule.oid AS rule, rule.rulename, rule.ev_class AS used_by, p.ordinal,
           ${EVENT} AS event,
           pg_catalog.split_part(p.text, ' ', 1)::pg_catalog.oid AS relation, w.use AS privilege,
           pg_catalog.string_to_array(pg_catalog.ltrim(pg_catalog.split_part(pg_catalog.split_part(
             needs.text, w.columns, 2), ')', 1)), ' ')::pg_catalog.int4[] AS columns
    FROM pg_catalog.pg_rewrite AS rule
    JOIN pg_catalog.pg_class AS v ON v.oid = rule.ev_class AND v.relkind <> 'm'
    CROSS JOIN LATERAL pg_catalog.string_to_table(rule.ev_action::pg_catalog.text, ':relid ') WITH ORDINALITY AS p (text, ordinal)
    CROSS JOIN LATERAL pg_catalog.split_part(p.text, ':requiredPerms ', 2) AS needs (text)
    JOIN ${USE_ROWS} ON NULLIF(pg_catalog.split_part(needs.text, ' ', 1), '')::pg_catalog.int4 & w.bit <> 0
    WHERE rule.ev_class >= ${FIRST_NORMAL_OID} AND rule.ev_enabled IN ('O', 'A') AND CASE w.use
      WHEN 'SELECT' THEN rule.ev_type = '1' OR pg_catalog.split_part(p.text, ' ', 1) <> rule.ev_class::pg_catalog.text
      ELSE rule.ev_type <> '1' END
  ) AS read
),`;
function usesThatFail(used, demanded) {
  const isReplaced = `EXISTS (
      SELECT FROM pg_catalog.pg_rewrite AS rule
      WHERE ev_class = r.part AND is_instead AND ev_qual::pg_catalog.text = '<>'
        AND ev_enabled IN ('O', 'A') AND ${EVENT} = r.privilege)`;
  return `
WITH RECURSIVE ${SOURCES2}
${used},
target AS MATERIALIZED (
  -- the function waits for a lock on the relation, so it is called for views only
  SELECT oid, grantee, CASE relkind WHEN 'v' THEN pg_catalog.pg_relation_is_updatable(oid, FALSE) | 2 ELSE ${ALL_USES} END AS uses
  FROM used WHERE relhasrules AND relkind <> 'm' OR relrowsecurity AND NOT relispartition
),
reading AS (
  SELECT w.use, target.oid AS object, grantee, target.oid AS part, grantee AS reader, w.use AS privilege,
         NULL::pg_catalog.int4[] AS columns, NULL::pg_catalog.name AS rule
  FROM target JOIN ${USE_ROWS} ON uses & (1 << w.type) <> 0
  WHERE w.use = 'SELECT' OR ${mayUse("grantee", "target.oid", "w.use")}
  UNION
  SELECT r.use, r.object, r.grantee, source.relation,
         CASE WHEN source.event = 'SELECT' AND (
                SELECT option_value::pg_catalog.bool FROM pg_catalog.pg_options_to_table(part.reloptions)
                WHERE option_name = 'security_invoker') THEN r.grantee
              ELSE part.relowner END,
         CASE source.event WHEN r.privilege THEN source.privilege ELSE r.privilege END,
         CASE source.event WHEN r.privilege THEN source.columns ELSE '{}' END,
         CASE source.event WHEN 'SELECT' THEN r.rule ELSE source.rulename END
  FROM reading AS r
  JOIN source ON source.used_by = r.part AND (source.event = r.privilege OR source.event = 'SELECT' AND source.is_base
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = r.part AND tgtype & ${TRIGGER_INSTEAD} <> 0)
    AND NOT ${isReplaced})
  JOIN pg_catalog.pg_class AS part ON part.oid = r.part
)
SELECT DISTINCT found.code, r.grantee::pg_catalog.text, ${schemaOf("o")} AS schema, o.relname AS name, r.use,
       pg_catalog.pg_get_userbyid(r.reader) AS role, r.privilege, CASE s.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
       ARRAY[${schemaOf("s")}, s.relname]::pg_catalog.text[] AS source, found.column,
       CASE WHEN s.oid >= ${FIRST_NORMAL_OID} THEN pg_catalog.pg_get_userbyid(s.relowner) END AS owner, r.rule AS through
FROM reading AS r
JOIN pg_catalog.pg_class AS o ON o.oid = r.object
JOIN pg_catalog.pg_class AS s ON s.oid = r.part
CROSS JOIN LATERAL (
  SELECT CASE WHEN r.rule IS NOT NULL THEN 'rule-fails' WHEN r.use = 'SELECT' THEN 'view-cannot-read'
              ELSE 'view-cannot-write' END AS code, CASE WHEN somewhat THEN c.attname END AS column
  FROM (SELECT ${mayUse("r.reader", "s.oid", "r.privilege")}
        WHERE (s.oid <> o.oid OR r.rule IS NOT NULL) AND NOT pg_catalog.has_table_privilege(r.reader, s.oid, r.privilege)
  ) AS m (somewhat)
  LEFT JOIN pg_catalog.pg_attribute AS c
    ON c.attrelid = s.oid AND NOT c.attisdropped
      AND (c.attnum + ${COLUMN_SHIFT} = ANY (r.columns) OR ${COLUMN_SHIFT} = ANY (r.columns) AND c.attnum > 0)
  WHERE NOT CASE WHEN c.attnum IS NULL THEN somewhat
                 ELSE pg_catalog.has_column_privilege(r.reader, s.oid, c.attnum, r.privilege) END
    AND (r.privilege = 'SELECT' OR s.oid >= ${FIRST_NORMAL_OID} AND NOT ${extensionMember("s.oid")})
  UNION ALL
  SELECT 'row-level-security', NULL
  FROM pg_catalog.pg_roles AS role
  WHERE s.relrowsecurity AND r.use = ANY ('{${demanded.join()}}') AND NOT ${isReplaced}
    AND role.oid = r.reader AND NOT role.rolsuper AND NOT role.rolbypassrls
    AND (s.relforcerowsecurity OR NOT pg_catalog.pg_has_role(r.reader, s.relowner, 'USAGE'))
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_policy AS p
      JOIN ${USE_ROWS} ON w.use = r.privilege AND p.polcmd IN ('*', w.policy)
      CROSS JOIN LATERAL pg_catalog.unnest(p.polroles) AS policy_role (oid)
      WHERE p.polrelid = s.oid AND p.polpermissive
        -- without USING no row is found, whatever WITH CHECK allows
        AND (p.polqual IS NOT NULL OR r.privilege = 'INSERT')
        AND CASE WHEN policy_role.oid = 0 THEN TRUE ELSE pg_catalog.pg_has_role(r.reader, policy_role.oid, 'USAGE') END)
) AS found;`;
}
var schemaOf = (relation) => `(SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = ${relation}.relnamespace)`;
function mayUse(role, relation, use) {
  return `CASE ${use} WHEN 'DELETE' THEN pg_catalog.has_table_privilege(${role}, ${relation}, ${use})
                   ELSE pg_catalog.has_any_column_privilege(${role}, ${relation}, ${use}) END`;
}
function foreignKeysThatFail(used) {
  return `
WITH ${used},
-- few or none; on their own, because the server tries the joins of one query in many orders
blocked AS MATERIALIZED (
  SELECT side.written, side.columns, side.uses, pg_catalog.pg_get_userbyid(read.relowner) AS role,
         ARRAY[s.nspname]::pg_catalog.text[] AS source, pg_catalog.pg_get_userbyid(s.nspowner) AS owner, key.conname AS through
  FROM pg_catalog.pg_constraint AS key
  CROSS JOIN LATERAL (
    VALUES (key.conrelid, key.conkey, key.confrelid, '{INSERT,UPDATE}'::pg_catalog.text[]),
           (key.confrelid, key.confkey, key.conrelid, '{UPDATE,DELETE}'),
           (key.confrelid, key.confkey, key.confrelid, pg_catalog.array_remove(ARRAY[
              CASE key.confupdtype WHEN 'a' THEN 'UPDATE' END, CASE key.confdeltype WHEN 'a' THEN 'DELETE' END], NULL))
  ) AS side (written, columns, read, uses)
  JOIN pg_catalog.pg_class AS read ON read.oid = side.read
  JOIN pg_catalog.pg_namespace AS s ON s.oid = read.relnamespace
  WHERE key.contype = 'f' AND key.conparentid = 0 AND NOT pg_catalog.has_schema_privilege(read.relowner, s.oid, 'USAGE')
)
SELECT 'foreign-key-fails' AS code, ${USED}, use, role, 'USAGE' AS privilege, 'SCHEMA' AS kind, source, owner, through
FROM blocked
JOIN used ON used.oid = blocked.written
CROSS JOIN LATERAL pg_catalog.unnest(blocked.uses) AS use
WHERE CASE use WHEN 'UPDATE' THEN EXISTS (
                 SELECT FROM pg_catalog.unnest(blocked.columns) AS k (attnum)
                 WHERE pg_catalog.has_column_privilege(used.grantee, used.oid, k.attnum, 'UPDATE'))
               ELSE ${mayUse("used.grantee", "used.oid", "use")} END;`;
}
var NEXTVAL = 1574;
function defaultsThatFail(used, takesValues, isChecked3) {
  return `
WITH ${used},
taken AS MATERIALIZED (
  SELECT d.objid AS expression, s.oid, s.relname, sn.nspname, CASE WHEN NOT (${isChecked3}) THEN s.relowner END AS relowner
  FROM pg_catalog.pg_depend AS d
  JOIN pg_catalog.pg_class AS s ON s.oid = d.refobjid AND s.relkind = 'S'
  JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace
  WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND NOT (${takesValues} AND ${isChecked3})
)
SELECT 'default-fails' AS code, ${USED}, 'INSERT' AS use,
       pg_catalog.pg_get_userbyid(used.grantee) AS role, 'USAGE' AS privilege, 'SEQUENCE' AS kind,
       ARRAY[taken.nspname, taken.relname]::pg_catalog.text[] AS source,
       pg_catalog.pg_get_userbyid(taken.relowner) AS owner
FROM taken
JOIN pg_catalog.pg_attrdef AS d ON d.oid = taken.expression
JOIN used ON used.oid = d.adrelid
WHERE d.adbin::pg_catalog.text LIKE '%:funcid ${NEXTVAL} %'
  AND pg_catalog.has_any_column_privilege(used.grantee, used.oid, 'INSERT')
  AND NOT pg_catalog.has_sequence_privilege(used.grantee, taken.oid, 'USAGE')
  AND NOT pg_catalog.has_sequence_privilege(used.grantee, taken.oid, 'UPDATE');`;
}
function functionsThatFail(used, isDemanded) {
  return `
WITH ${used}
SELECT DISTINCT 'function-fails' AS code, ${USED}, use,
       pg_catalog.pg_get_userbyid(used.grantee) AS role, 'EXECUTE' AS privilege, 'FUNCTION' AS kind,
       ARRAY[pn.nspname, p.proname]::pg_catalog.text[] AS source, '(' || ${ARGUMENTS} || ')' AS arguments,
       CASE WHEN NOT ${extensionMember("p.oid", "pg_proc")} THEN pg_catalog.pg_get_userbyid(p.proowner) END AS owner
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.pronamespace
JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.refobjid = p.oid
LEFT JOIN pg_catalog.pg_depend AS part ON (part.classid, part.objid) = (d.classid, d.objid)
  AND part.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND part.deptype IN ('a', 'i')
JOIN used ON used.oid IN (part.refobjid, d.objid) AND used.relkind IN ('r', 'p', 'f', 'v')
CROSS JOIN LATERAL pg_catalog.unnest(CASE
  WHEN d.classid IN ('pg_catalog.pg_attrdef'::pg_catalog.regclass, 'pg_catalog.pg_class'::pg_catalog.regclass)
    THEN '{INSERT}'::pg_catalog.text[]
  WHEN d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND used.relkind <> 'f' AND (
         SELECT pg_catalog.to_jsonb(c) ->> 'conenforced' FROM pg_catalog.pg_constraint AS c WHERE c.oid = d.objid) IS DISTINCT FROM 'false'
    THEN '{INSERT,UPDATE}'
  WHEN d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND part.deptype = 'i' THEN '{SELECT}'
END) AS use
WHERE p.proacl IS NOT NULL AND NOT pg_catalog.has_function_privilege(used.grantee, p.oid, 'EXECUTE')
  AND NOT (${isDemanded} AND NOT ${extensionMember("p.oid", "pg_proc")})
  AND ${mayUse("used.grantee", "used.oid", "use")};`;
}
var NEED_USER_MAPPING = ["postgres_fdw_handler", "oracle_fdw_handler", "tds_fdw_handler", "mysql_fdw_handler"];
function foreignTablesWithoutMapping(used) {
  return `
WITH ${used}
SELECT 'no-user-mapping' AS code, ${USED}, 'SELECT' AS use,
       pg_catalog.pg_get_userbyid(used.grantee) AS role, 'USAGE' AS privilege, 'FOREIGN SERVER' AS kind,
       ARRAY[server.srvname]::pg_catalog.text[] AS source, pg_catalog.pg_get_userbyid(server.srvowner) AS owner
FROM pg_catalog.pg_foreign_table AS t
JOIN pg_catalog.pg_foreign_server AS server ON server.oid = t.ftserver
JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = server.srvfdw
JOIN pg_catalog.pg_proc AS handler ON handler.oid = w.fdwhandler AND handler.proname = ANY ('{${NEED_USER_MAPPING.join()}}')
JOIN used ON used.oid = t.ftrelid
WHERE pg_catalog.has_any_column_privilege(used.grantee, used.oid, 'SELECT')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_user_mappings AS m WHERE m.srvid = server.oid AND m.umuser IN (used.grantee, 0));`;
}

// src/postgres/second-look.sql.ts
function secondLook(objects) {
  const [routines, relations] = [true, false].map(
    (wanted) => objects.filter(({ kind }) => isRoutine(kind) === wanted).map(({ representative }) => representative)
  );
  return `
SELECT FALSE AS routine, oid::pg_catalog.text, relowner::pg_catalog.text AS owner, relacl::pg_catalog.text AS relacl
FROM pg_catalog.pg_class
WHERE oid = ANY ('{${relations}}'::pg_catalog.oid[])
UNION ALL
SELECT TRUE, oid::pg_catalog.text, proowner::pg_catalog.text, proacl::pg_catalog.text
FROM pg_catalog.pg_proc
WHERE oid = ANY ('{${routines}}'::pg_catalog.oid[])
ORDER BY routine, oid;`;
}
function defaultPrivileges(creators, grantees, routines) {
  const holders = grantees.flatMap(({ inherits }) => [...inherits].map(({ oid }) => oid));
  const everywhere = [...new Set(creators.map(({ role }) => role.oid))].map((role) => ["0", role]);
  const pairs = [...everywhere, ...creators.map(({ schema, role }) => [schema.oid, role.oid])];
  return `
SELECT 'default-privileges' AS kind, NULLIF(c.schema, 0)::pg_catalog.text AS schema, c.role::pg_catalog.text AS owner, '' AS skipped,
       1 AS size, pg_catalog.json_build_array(pg_catalog.json_build_object('oid', c.schema, 'name', t.name)) AS members,
       (SELECT ${aclItems()}
        FROM pg_catalog.pg_default_acl AS d CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS x
        WHERE d.defaclrole = c.role AND d.defaclnamespace = c.schema AND d.defaclobjtype = t.objtype
          AND x.grantee <> c.role AND x.grantee = ANY ('{${["0", ...holders].join()}}'::pg_catalog.oid[])) AS acl,
       (SELECT pg_catalog.json_object_agg(g.oid, (
                 SELECT COALESCE(pg_catalog.json_agg(name ORDER BY ordinal), '[]') FROM ${PRIVILEGES}
                 WHERE type = t.objtype AND (g.superuser OR name = ANY (g.anyway) OR name = ANY (given.privileges))))
        FROM (VALUES ${grantees.map(rowOf)}) AS g (oid, superuser, anyway)
        CROSS JOIN LATERAL (
          SELECT pg_catalog.array_agg(x.privilege_type) AS privileges
          FROM (
            SELECT COALESCE((SELECT defaclacl FROM pg_catalog.pg_default_acl
                             WHERE defaclrole = c.role AND defaclnamespace = 0 AND defaclobjtype = t.objtype),
                            pg_catalog.acldefault(t.built_in, c.role)) AS acl
            UNION ALL
            SELECT defaclacl FROM pg_catalog.pg_default_acl
            WHERE defaclrole = c.role AND defaclnamespace = c.schema AND defaclobjtype = t.objtype
          ) AS a
          CROSS JOIN LATERAL pg_catalog.aclexplode(a.acl) AS x
          WHERE CASE WHEN x.grantee = 0 THEN TRUE ELSE pg_catalog.pg_has_role(g.oid, x.grantee, 'USAGE') END
        ) AS given
        WHERE c.schema <> 0) AS held
FROM ROWS FROM (pg_catalog.unnest('{${pairs.map(([schema]) => schema).join()}}'::pg_catalog.oid[]),
                pg_catalog.unnest('{${pairs.map(([, role]) => role).join()}}'::pg_catalog.oid[])) AS c (schema, role)
CROSS JOIN (VALUES ('r'::"char", 'r'::"char", 'tables'), ('S', 's', 'sequences')${routines ? ", ('f', 'f', 'routines')" : ""}) AS t (objtype, built_in, name)
ORDER BY c.schema, c.role, t.objtype DESC;`;
}
function rowOf({ oid, superuser, inherits }) {
  const anyway = [...inherits].flatMap(({ predefined: predefined2, name: name3 }) => predefined2 && PREDEFINED_ROLES[name3] || []);
  return `('${oid}'::pg_catalog.oid, ${superuser}, '{${anyway}}'::pg_catalog.text[])`;
}

// src/postgres/snapshot.rows.ts
function mapSnapshot(rows) {
  const facts = sectionsOf(rows);
  const [[server], [database]] = [facts("server"), facts("database")];
  if (server === void 0 || database === void 0) throw new Error("the snapshot lacks its server or database");
  const { sessionUser, nextTransaction: _, sequences: __, closedRoutines: ___, ...serverFacts } = server;
  const { roles, roleOf, holderOf, aclItem } = holdersIn(facts("role"));
  const usable2 = new Map(facts("usable").map((row) => [row.schema, row.roles.map(roleOf)]));
  const schemas2 = /* @__PURE__ */ new Map();
  const groupFrom = ({ kind, skipped, size, schema, owner, acl, held, members }) => ({
    kind,
    skipped,
    size,
    ...schema != null && { schema: found(schemas2, schema) },
    owner: roleOf(owner),
    acl: (acl ?? []).map(aclItem),
    held: new Map(Object.entries(held ?? {}).map(([oid, privileges2]) => [roleOf(oid), new Set(privileges2)])),
    members: members ?? []
  });
  const signedIn = ({ name: _2, oid, session, ...settings }) => {
    return { role: roleOf(oid), actor: roleOf(session), ...settings };
  };
  const [ofDatabase, ...ofSchemas] = [database, ...facts("schema")].map(groupFrom);
  for (const { owner, acl, members } of ofSchemas)
    for (const { oid, name: name3 } of members)
      schemas2.set(oid, { oid, name: name3, owner, acl, usableBy: new Set(usable2.get(oid)) });
  const asked = facts("group").map((row) => ({ ...row, group: groupFrom(row) }));
  const relations = asked.filter(({ kind }) => !isRoutine(kind));
  const byRepresentative = new Map(relations.map(({ representative, group }) => [representative, group]));
  const relationsOf = (representative) => found(byRepresentative, representative);
  return {
    snapshot: {
      server: { ...serverFacts, versionText: server.versionText.split(" ")[0] ?? "" },
      sessionUser: roleOf(sessionUser),
      database: { name: ofDatabase.members[0]?.name ?? "", owner: ofDatabase.owner },
      schemas: [...schemas2.values()].sort((a, b) => compare(a.name, b.name)),
      groups: [ofDatabase, ...ofSchemas, ...asked.map(({ group }) => group)],
      columns: facts("column").map(({ representative, relation, name: name3, items }) => ({
        group: relationsOf(representative),
        member: { oid: relation, name: name3 },
        items: items.map(aclItem)
      })),
      knownSchemas: facts("known-schema"),
      knownRoles: facts("known-role"),
      unmatchedPatterns: facts("unmatched-pattern")
    },
    grantees: new Map(facts("grantee").map((row) => [row.name, signedIn(row)])),
    server,
    roles,
    roleOf,
    holderOf,
    groupFrom,
    /** The relations that one of them was asked about. */
    relationsOf,
    /** The groups of relations and routines, each with the object that the server was asked about. */
    asked
  };
}
function mapUndeclared(rows) {
  const { snapshot, roleOf, holderOf, relationsOf } = mapSnapshot(rows);
  return {
    snapshot,
    found: sectionsOf(rows)("undeclared").map((row) => {
      const { representative, relation, grantor, grantees, privileges: privileges2, columns } = row;
      const group = relationsOf(representative);
      return {
        group,
        members: relation === null ? group.members : group.members.filter(({ oid }) => oid === relation),
        grantor: roleOf(grantor),
        holders: grantees.map(holderOf),
        privileges: privileges2,
        ...columns && { columns }
      };
    })
  };
}
function mapGrantees(grantees, labels, ownerships2, pitfalls) {
  return new Map(
    [...grantees].map(([name3, signedIn]) => {
      const isOwn = ({ grantee }) => grantee === signedIn.role.oid;
      const { labels: own = [], labelsInUse = false } = labels.find(isOwn) ?? {};
      const ofActor = pitfalls.filter(({ grantee }) => grantee === signedIn.actor.oid);
      return [name3, { ...signedIn, labels: own, labelsInUse, ownerships: ownerships2.filter(isOwn), pitfalls: ofActor }];
    })
  );
}
function found(all2, oid) {
  const one = all2.get(oid);
  if (one === void 0) throw new Error(`OID ${oid} is not in the snapshot`);
  return one;
}
function holdersIn(rows) {
  const last = [...new Map(rows.map((row) => [row.oid, row])).values()];
  const byName3 = last.sort((a, b) => compare(a.name, b.name));
  const roles = new Map(
    byName3.map(({ inheritedBy: _, ...facts }) => [
      facts.oid,
      { ...CANNOT_ACT, ...facts, inherits: /* @__PURE__ */ new Set(), viaRoles: [] }
    ])
  );
  for (const { oid, inheritedBy, viaRoles = [] } of byName3) {
    for (const heir of inheritedBy) found(roles, heir).inherits.add(found(roles, oid));
    found(roles, oid).viaRoles.push(...viaRoles.map((other) => found(roles, other)));
  }
  const roleOf = (oid) => found(roles, oid);
  const holderOf = (oid) => oid === PUBLIC.oid ? PUBLIC : roleOf(oid);
  const aclItem = (row) => ({
    ...row,
    grantor: roleOf(row.grantor),
    grantee: holderOf(row.grantee)
  });
  return { roles: [...roles.values()], roleOf, holderOf, aclItem };
}
var CANNOT_ACT = {
  connects: false,
  roleSet: false,
  inherited: false,
  settable: false,
  grantableBy: null,
  memberOfLogin: false,
  membership: null
};
function sectionsOf(rows) {
  const sections2 = Map.groupBy(rows, ({ section }) => section);
  return (section) => (sections2.get(section) ?? []).map((row) => row.facts);
}

// src/postgres/transaction.ts
var SETTINGS2 = [
  "SET LOCAL ROLE NONE;",
  "SET LOCAL search_path = pg_catalog, pg_temp;",
  "SET LOCAL lock_timeout = '2s';",
  "SET LOCAL statement_timeout = '60s';",
  // Longer than QUERY_TIME in session.ts: an answer that never arrives leaves the server idle, and our own clock ends it.
  "SET LOCAL idle_in_transaction_session_timeout = '80s';",
  // From 17 on, a role can have one that is shorter than all others together.
  "SELECT pg_catalog.set_config('transaction_timeout', '0', TRUE) WHERE pg_catalog.current_setting('transaction_timeout', TRUE) IS NOT NULL;",
  "SET LOCAL client_min_messages = warning;",
  "SET LOCAL jit = off;"
].join(" ");
var BEGIN_READ_ONLY = `BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; ${SETTINGS2}`;
var BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; ${SETTINGS2}`;
async function beginReading(client, sql, values) {
  const [, { rows }] = await Promise.all([client.query(BEGIN_READ_ONLY), client.query(sql, values)]);
  return rows;
}
async function rollBack(client, error2) {
  await client.query("ROLLBACK").catch(() => {
    throw error2;
  });
}

// src/postgres/undeclared.sql.ts
var BOOTSTRAP_SUPERUSER = 10;
var SERVERS_OWN = "^(azure|pg_)";
var HELD_CTES = `-- an ACL that is NULL gives privileges to the owner only, and stays NULL; array_cat: see aclOf
alike AS MATERIALIZED (
  SELECT relnamespace, relowner, relkind, CASE WHEN relacl IS NOT NULL THEN pg_catalog.array_cat(relacl, '{}') END AS acl,
         pg_catalog.min(oid) AS representative, pg_catalog.array_agg(oid) AS members
  FROM relation
  GROUP BY relnamespace, relowner, relkind, relacl
),
-- attname: NULL for a privilege on the whole relation; the owner only with what another role granted to it
item AS MATERIALIZED (
  SELECT a.representative, a.relowner, NULL::pg_catalog.oid AS relation, NULL::pg_catalog.name AS attname, x.*
  FROM alike AS a CROSS JOIN LATERAL pg_catalog.aclexplode(a.acl) AS x
  WHERE x.grantee <> a.relowner OR x.grantor <> a.relowner
  UNION ALL
  SELECT a.representative, a.relowner, c.attrelid, c.attname, x.*
  FROM (SELECT alike.*, pg_catalog.unnest(members) AS oid FROM alike) AS a
  JOIN pg_catalog.pg_attribute AS c ON c.attrelid = a.oid AND c.attacl IS NOT NULL AND NOT c.attisdropped
  CROSS JOIN LATERAL pg_catalog.aclexplode(c.attacl) AS x
  WHERE x.grantee <> a.relowner OR x.grantor <> a.relowner
),
-- the privileges of each role, on columns each with its columns; "privilege" stands for it with the grant option too
held AS (
  SELECT representative, relation, grantor, grantee, privileges, pg_catalog.array_agg(attname ORDER BY attname) AS columns
  FROM (
    SELECT representative, relation, attname, grantor, grantee,
           pg_catalog.array_agg(privilege_type || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END ORDER BY privilege_type) AS privileges
    FROM item
    WHERE grantee <> relowner AND grantee NOT IN (SELECT oid FROM declared)
    GROUP BY representative, relation, attname, grantor, grantee
  ) AS by_column
  GROUP BY representative, relation, grantor, grantee, privileges
),
undeclared AS MATERIALIZED (
  SELECT representative, relation, grantor, privileges, columns, pg_catalog.array_agg(grantee ORDER BY grantee) AS grantees
  FROM held
  GROUP BY representative, relation, grantor, privileges, columns
),
chained AS MATERIALIZED (
  SELECT * FROM item
  WHERE is_grantable OR grantor <> relowner OR attname IS NOT NULL OR grantee IN (SELECT grantor FROM item WHERE grantor <> relowner)
),
acl AS MATERIALIZED (
  SELECT 'relation' AS relkind, representative, ${aclItems()} AS items FROM chained WHERE attname IS NULL GROUP BY representative
),
mentioned AS MATERIALIZED (
  SELECT relowner AS oid FROM alike UNION SELECT nspowner FROM schema UNION SELECT datdba FROM database
  UNION SELECT grantor FROM undeclared UNION SELECT pg_catalog.unnest(grantees) FROM undeclared
  UNION SELECT grantor FROM chained UNION SELECT grantee FROM chained
  UNION SELECT session_user_oid FROM server
  EXCEPT SELECT 0
)`;
var ROWS = `UNION ALL
SELECT 'group', pg_catalog.json_build_object(
         'kind', ${KIND_OF_RELATION} END, 'schema', a.relnamespace, 'owner', a.relowner, 'skipped', '',
         'size', pg_catalog.cardinality(a.members), 'representative', a.representative, 'acl', acl.items,
         'members', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('oid', oid, 'name', relname) ORDER BY oid)
                     FROM pg_catalog.pg_class WHERE oid = ANY (a.members)))
FROM alike AS a
LEFT JOIN acl ON acl.representative = a.representative
WHERE a.representative IN (SELECT representative FROM undeclared)
UNION ALL
SELECT 'column', pg_catalog.json_build_object(
         'representative', representative, 'relation', relation,
         'name', (SELECT relname FROM pg_catalog.pg_class AS r WHERE r.oid = relation), 'items', ${aclItems("attname")})
FROM chained
WHERE attname IS NOT NULL AND representative IN (SELECT representative FROM undeclared)
GROUP BY representative, relation
UNION ALL
SELECT 'undeclared', pg_catalog.json_build_object(
         'representative', representative, 'relation', relation, 'grantor', grantor, 'privileges', privileges,
         'columns', CASE WHEN relation IS NOT NULL THEN columns END, 'grantees', grantees)
FROM undeclared`;
function undeclaredPrivileges(checked, grantees) {
  return `
WITH ${SERVER_CTES},
-- the privileges of no grantee are asked for
grantee AS (SELECT oid FROM known_role WHERE FALSE),
acting AS (SELECT oid FROM grantee),
heir AS (SELECT oid FROM grantee),
relation AS MATERIALIZED (
  SELECT c.oid, c.relname, c.relnamespace, c.relowner, c.relkind, c.relacl
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND c.oid NOT IN (SELECT objid FROM extension_member WHERE classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
    AND (${[...new Set(checked.map(isChecked))].join("\n      OR ")})
),
schema AS MATERIALIZED (
  SELECT oid, nspname, nspowner FROM pg_catalog.pg_namespace WHERE oid IN (SELECT relnamespace FROM relation)
),
declared AS MATERIALIZED (
  SELECT oid FROM known_role
  WHERE oid = ${BOOTSTRAP_SUPERUSER} OR rolname ~ '${SERVERS_OWN}'
     OR rolname = ANY (${textArray(grantees)})
),
${HELD_CTES}
${SECTIONS}
${ROWS}`;
}
function isChecked({ schemas: schemas2, exclude }) {
  const inSchemas = schemas2 === "*" ? `n.oid NOT IN (
           SELECT objid FROM extension_member WHERE classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass)` : `n.nspname = ANY (${textArray(schemas2)})`;
  return `${inSchemas} AND NOT ${isExcluded(exclude, "n.nspname", "c.relname")}`;
}

// src/postgres/catalog.ts
var MAX_TIME = 25e3;
var MAX_PAUSE = 500;
async function look2(client, grantees, demand) {
  let since;
  return lookUntilDone(client, async () => {
    const { snapshot, nextTransaction } = await lookOnce(client, grantees, demand, since);
    since ??= nextTransaction;
    return snapshot;
  });
}
async function lookForUndeclared(client, checked, grantees) {
  return lookUntilDone(client, async () => {
    const rows = await beginReading(client, undeclaredPrivileges(checked, grantees));
    const [acting = []] = await statements(client, [whoCanAct(mapSnapshot(rows), []), "COMMIT;"]);
    return mapUndeclared([...rows, ...acting]);
  });
}
async function lookUntilDone(client, once2) {
  const end = Date.now() + MAX_TIME;
  for (let looks = 1; ; looks++) {
    const seen = await once2().catch(async (error2) => {
      if (!(error2 instanceof esm_default.DatabaseError)) throw error2;
      await rollBack(client, error2);
      if (looks === 1) await refuseOldServer(client);
      if (!isPassing(error2) || Date.now() > end) throw error2;
    });
    if (seen !== void 0) return seen;
    if (Date.now() > end) throw new ActionError(catalogBusy(looks));
    if (looks > 1) await (0, import_promises4.setTimeout)(Math.random() * Math.min(MAX_PAUSE, 10 * 2 ** looks));
  }
}
async function refuseOldServer(client) {
  const { rows } = await client.query("SHOW server_version");
  const obstacle = oldServer(rows[0]?.server_version ?? "");
  if (obstacle !== null) throw new ActionError(obstacle);
}
var isPassing = ({ code: code2 = "", message }) => PASSING2.test(code2) || DROPPED_MEANWHILE.test(message);
var PASSING2 = /^(40001|40P01|42704|3F000|42P01)$/;
function catalogBusy(looks) {
  return failure({
    code: "catalog-busy",
    message: sentence`The privileges changed during each of ${looks} attempts to read them.`,
    hint: "Another job grants, revokes, creates or drops here at the same time.",
    steps: ["Run this step after the other job."]
  });
}
async function lookOnce(client, grantees, demand, since) {
  const rows = await beginReading(client, snapshotFor(grantees, demand, since));
  const { seen, objects, checked, snapshot } = await lookAgain(client, rows, grantees, demand);
  const { nextTransaction } = seen.server;
  const now = new Map(objects.map((row) => [`${row.routine} ${row.oid}`, row]));
  const found2 = checked.map((then) => ({ then, now: now.get(`${isRoutine(then.kind)} ${then.representative}`) }));
  const judged = found2.filter(({ then }) => since === void 0 || then.size > 1);
  if (judged.some(({ then, now: now2 }) => now2?.owner !== then.owner || now2.relacl !== (then.relacl ?? null)))
    return { nextTransaction };
  const gone = new Set(found2.flatMap(({ then, now: now2 }) => now2 === void 0 ? then.group : []));
  const groups = snapshot.groups.filter((group) => !gone.has(group));
  const columns = snapshot.columns.filter(({ group }) => !gone.has(group));
  return { snapshot: { ...snapshot, groups, columns }, nextTransaction };
}
async function lookAgain(client, rows, grantees, demand) {
  const first = mapSnapshot(rows);
  const { snapshot, asked } = first;
  const signedIn = [...first.grantees.values()];
  const actors = [...new Set(signedIn.map(({ actor }) => actor))];
  const [roles, actorIds] = [oidsOf(signedIn.map(({ role }) => role)), oidsOf(actors)];
  const owners = oidsOf(snapshot.groups.filter(isChecked2).map(({ owner }) => owner));
  const creators = creatorsOf(snapshot, signedIn, demand);
  const isAbsent = demand.schemas !== "*" && snapshot.schemas.length < demand.schemas.length;
  const needed = (is, sql) => is ? sql() : NO_ROWS;
  const [objects, acting, known2, defaults2, labels, owned, ...pitfalls] = await statements(client, [
    secondLook(asked.filter(isChecked2)),
    needed(mayDiffer(snapshot, demand, signedIn), () => whoCanAct(first, [...roles, ...actorIds])),
    needed(signedIn.length < grantees.length || isAbsent, () => KNOWN_NAMES),
    needed(
      creators.length > 0 && actors.length > 0,
      () => defaultPrivileges(creators, actors, demand.routinePrivileges.length > 0)
    ),
    needed(snapshot.server.labelsReadable, () => labelsOf(roles)),
    needed(powersMatter(demand), () => ownerships(roles, owners, snapshot.server.version)),
    ...pitfallStatements(first, demand, actorIds),
    "COMMIT;"
  ]);
  const seen = mapSnapshot([...rows, ...acting, ...known2]);
  const complete = {
    ...seen.snapshot,
    groups: [...seen.snapshot.groups, ...defaults2.map(seen.groupFrom)],
    grantees: mapGrantees(seen.grantees, labels, owned, pitfalls.flat())
  };
  return { seen, objects, checked: seen.asked.filter(isChecked2), snapshot: complete };
}
var isChecked2 = ({ skipped }) => skipped === "";
var oidsOf = (roles) => [...new Set(roles.map(({ oid }) => oid))];
var NO_ROWS = "SELECT WHERE FALSE;";
async function statements(client, sql) {
  const results = await client.query(sql.join("\n"));
  return results.map(({ rows }) => rows);
}

// src/postgres/session.ts
var import_node_net3 = require("node:net");
var import_node_tls2 = require("node:tls");

// src/postgres/driver.ts
var import_node_events = require("node:events");
var import_node_tls = require("node:tls");
function delayStartup(client, parameters, ready) {
  const connection = client.connection;
  const startup = connection.startup.bind(connection);
  connection.startup = () => {
    secured(connection.stream).then(ready).then(
      () => startup(parameters),
      () => {
      }
      // what failed ends the attempt where it is awaited
    );
  };
}
async function secured(stream) {
  if (stream instanceof import_node_tls.TLSSocket) await (0, import_node_events.once)(stream, "secureConnect");
}
function checkMessages(client) {
  const connection = client.connection;
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    attach(stream);
    const [parse, ...others] = stream.listeners("data");
    if (parse === void 0 || others.length > 0) throw new Error("pg reads its connection in another way");
    const check = messageChecker();
    let bytes = 0;
    onAnswer(client, () => {
      bytes = 0;
    });
    stream.off("data", parse);
    stream.on("data", (chunk) => {
      try {
        bytes += chunk.length + MESSAGE_BYTES * check(chunk);
        if (bytes > MAX_BYTES3) throw new Error(`an answer that takes more than ${MAX_BYTES3} bytes`);
        parse(chunk);
      } catch (error2) {
        const violation = `PostgreSQL's protocol was violated: ${error2.message}`;
        stream.destroy(error2 === NOT_POSTGRES ? NOT_POSTGRES : coded("PROTOCOL_VIOLATION", violation));
      }
    });
  };
}
var MAX_BYTES3 = 256 * 2 ** 20;
var MESSAGE_BYTES = 100;
var MESSAGES = "12ACDEGHIKNRSTVWZcdnstv";
var FIRST_MESSAGES = "RENv";
var WITH_FIELDS = "EN";
var MAX_FIELDS = 2 ** 20;
var NOT_POSTGRES = coded("NOT_POSTGRES", "what answers is not PostgreSQL");
function coded(code2, message) {
  return Object.assign(new Error(message), { code: code2 });
}
function messageChecker() {
  let unread2 = Buffer.alloc(0);
  let next = 0;
  let allowed = FIRST_MESSAGES;
  return (chunk) => {
    const read = Math.min(next, unread2.length);
    unread2 = Buffer.concat([unread2.subarray(read), chunk]);
    next -= read;
    let messages = 0;
    while (next < unread2.length) {
      const letter = String.fromCharCode(unread2.readUInt8(next));
      if (!allowed.includes(letter))
        throw allowed === MESSAGES ? new Error(`a message of type ${letter}`) : NOT_POSTGRES;
      if (unread2.length < next + 5) break;
      const size = 1 + unread2.readInt32BE(next + 1);
      const most = WITH_FIELDS.includes(letter) ? MAX_FIELDS : MAX_BYTES3;
      if (size < 5 || size > most) throw new Error(`a message of ${size} bytes`);
      const end = next + size;
      if (WITH_FIELDS.includes(letter)) {
        if (unread2.length < end) break;
        if (unread2.toString("latin1", end - 2, end) !== "\0\0")
          throw new Error(`a message of type ${letter} without its end`);
      }
      next = end;
      allowed = MESSAGES;
      messages++;
    }
    return messages;
  };
}
function refuseHashes(client) {
  const connection = client.connection;
  for (const [message, method] of [
    ["authenticationMD5Password", "MD5"],
    ["authenticationSASL", "SCRAM"]
  ]) {
    connection.on(message, () => {
      const words2 = `the server asks for a password by ${method}, not for a token`;
      connection.stream.destroy(coded("HASH_REQUESTED", words2));
    });
  }
}
function watchFirstAnswer(socket) {
  let error2;
  socket.once("data", (answer) => {
    if (answer[0] !== ERROR) return;
    const fields = answer[1] === 0 ? answer.toString("utf8", 5, 1e3).split("\0") : [];
    const field = (type) => fields.find((each) => each.startsWith(type))?.slice(1);
    error2 = coded(field("C") ?? "NO_PROCESS", field("M") ?? answer.toString("utf8", 1, 1e3));
  });
  return () => error2;
}
var ERROR = "E".charCodeAt(0);
var onAnswer = (client, then) => client.connection.on("readyForQuery", then);
var isOpen = (client) => !breaking.has(client) && client.connection.stream.writable;
var breaking = /* @__PURE__ */ new WeakSet();
function breakSoon(client, socket, reason, grace) {
  const end = () => client.connection.stream.destroy(reason);
  breaking.add(client);
  client.once("drain", end);
  cancelQuery(client, socket);
  return setTimeout(end, grace);
}
function cancelQuery(client, { remoteAddress, remotePort }) {
  const { processID, secretKey } = client;
  if (remoteAddress === void 0 || remotePort === void 0 || processID === null || secretKey === null) return;
  const connection = new esm_default.Connection();
  connection.on("error", () => {
  });
  connection.on("connect", () => connection.cancel(processID, secretKey));
  connection.connect(remotePort, remoteAddress);
}

// src/postgres/session.ts
async function withSession(options, work) {
  const { patience = PATIENCE, signal } = options;
  let times = { ...patience, queryTime: QUERY_TIME };
  let timedOut;
  const errors2 = [];
  for (let sessions = 1; ; sessions++) {
    const session = await openSession(options, times).catch((error2) => {
      const isSilent = error2 instanceof ActionError && error2.failure.code === "connection-timed-out";
      throw isSilent && timedOut !== void 0 ? timedOut : error2;
    });
    try {
      return await work(session.client);
    } catch (error2) {
      signal?.throwIfAborted();
      if (error2 instanceof ActionError) throw error2;
      await session.client.query("ROLLBACK").catch(() => {
      });
      const late = error2.message === PG_TIMEOUT;
      const broken = late ? Object.assign(noAnswer(times.queryTime), { code: "QUERY_TIMEOUT" }) : session.broken();
      if (broken === void 0) throw error2;
      if (timedOut !== void 0) throw timedOut;
      errors2.push(error2, ...error2 instanceof esm_default.DatabaseError ? [] : [broken]);
      if (sessions === MAX_SESSIONS) throw late ? broken : new AggregateError(errors2);
      if (late || session.silence() > LONG_SILENCE) {
        times = { ...patience, ...LAST_TRY };
        timedOut = broken;
      }
      (options.say ?? say)(`The connection broke: ${wordsOf(broken).replace(/\.?$/, ".")} Connecting again.`);
    } finally {
      await session.end();
    }
  }
}
var QUERY_TIME = 75e3;
var LONG_SILENCE = 1e4;
var LAST_TRY = { maxTime: 0, answerTime: 5e3, queryTime: 15e3 };
var PG_TIMEOUT = "Query read timeout";
var MAX_SESSIONS = 3;
function openSession(options, times) {
  let expired;
  const attempt2 = async () => {
    const signingIn = options.password(expired);
    try {
      return await connect(options, signingIn, times);
    } catch (error2) {
      if (error2 instanceof ActionError && error2.failure.code === "token-expired") expired = await signingIn;
      throw error2;
    }
  };
  return retryingFailures(attempt2, options.say ?? say, times, options.signal);
}
async function connect(options, signingIn, times) {
  const { server, database, user, signIn: signIn2, cloud, signal } = options;
  const { answerTime, queryTime } = times;
  const socket = new import_node_net3.Socket();
  const refusal2 = server.tls.mode === "disable" ? void 0 : watchFirstAnswer(socket);
  const startClock = () => setTimeout(() => socket.destroy(noAnswer(answerTime)), answerTime);
  const abort = () => socket.destroy(signal?.reason);
  let token;
  let waitsForSignIn = false;
  let broken;
  const client = clientOf2(options, socket, queryTime, () => signingIn);
  const parameters = { user, database, application_name: "azure-postgres-grants", client_encoding: "UTF8" };
  delayStartup(client, parameters, async () => {
    clearTimeout(clock);
    waitsForSignIn = true;
    token = await signingIn;
    if (socket.destroyed) throw new Error("the attempt is over");
    waitsForSignIn = false;
    clock = startClock();
  });
  checkMessages(client);
  if (signIn2 !== void 0 && signIn2.type !== "password") refuseHashes(client);
  client.on("error", (error2) => {
    broken ??= error2;
  });
  let clock = startClock();
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  try {
    await Promise.all([signingIn, client.connect()]);
  } catch (error2) {
    socket.destroy();
    signal?.throwIfAborted();
    if (error2 instanceof ActionError) throw error2;
    if (waitsForSignIn) {
      await signingIn;
      return await connect(options, signingIn, times);
    }
    const { host, port: port2, tls } = server;
    const cause = refusal2?.() ?? error2;
    const onGitHub = process.env.RUNNER_ENVIRONMENT === "github-hosted";
    const context = { host, port: port2, database, user, tls, signIn: signIn2, cloud, onGitHub, token: claimsOf(token ?? "") };
    throw new ActionError(diagnose(cause, context), { cause });
  } finally {
    clearTimeout(clock);
    signal?.removeEventListener("abort", abort);
  }
  return sessionOf(client, socket, () => broken, signal);
}
function clientOf2({ server, database, user }, socket, queryTime, password) {
  return new esm_default.Client({
    host: server.host,
    port: server.port,
    user,
    database,
    password,
    ssl: tlsOptions(server.tls),
    sslnegotiation: "postgres",
    stream: () => socket,
    keepAlive: true,
    keepAliveInitialDelayMillis: 1e4,
    connectionTimeoutMillis: 0,
    // the clock of `connect` does it
    query_timeout: queryTime,
    pipeline: true
    // several messages can be sent without waiting for answers
  });
}
function sessionOf(client, socket, broken, signal) {
  let grace;
  const stop = () => {
    grace = breakSoon(client, socket, signal?.reason, GRACE_TIME);
  };
  signal?.addEventListener("abort", stop);
  let answered = Date.now();
  onAnswer(client, () => {
    answered = Date.now();
  });
  return {
    client,
    /** The error that broke the connection, if it is broken. */
    broken,
    /** Milliseconds since the server answered a message. */
    silence: () => Date.now() - answered,
    /** A client left open keeps the process alive; a server that does not answer must not, either. */
    async end() {
      signal?.removeEventListener("abort", stop);
      clearTimeout(grace);
      await within(END_TIME, client.end()).catch(() => {
      });
      socket.destroy();
    }
  };
}
var GRACE_TIME = 2e3;
var END_TIME = 1e3;
function tlsOptions(tls) {
  if (tls.mode === "disable") return false;
  const secureContext = CONTEXTS.get(tls) ?? contextOf(tls);
  CONTEXTS.set(tls, secureContext);
  return {
    rejectUnauthorized: true,
    checkServerIdentity: tls.mode === "verify-ca" ? () => void 0 : import_node_tls2.checkServerIdentity,
    secureContext
  };
}
var CONTEXTS = /* @__PURE__ */ new WeakMap();
function contextOf({ rootCertificates: rootCertificates2 }) {
  return (0, import_node_tls2.createSecureContext)({
    minVersion: "TLSv1.2",
    // `ca` replaces what Node.js trusts (NODE_EXTRA_CA_CERTS included), and these are to come on top.
    ...rootCertificates2 !== void 0 && { ca: [...(0, import_node_tls2.getCACertificates)("default"), rootCertificates2] }
  });
}

// src/postgres/databases.ts
var DEFAULT_DATABASE = "postgres";
var DATABASES = `
SELECT datname AS name
FROM pg_catalog.pg_database
WHERE NOT datistemplate
ORDER BY datname`;
async function databasesOn(options) {
  try {
    return await listDatabases(options);
  } catch (error2) {
    const { server, user, signIn: signIn2, cloud } = options;
    const { host, port: port2 } = server;
    const found2 = diagnose(error2, { host, port: port2, database: DEFAULT_DATABASE, user, signIn: signIn2, cloud });
    return found2.code === "connect-not-granted" ? { ...found2, steps: [...found2.steps, BY_NAME] } : found2;
  }
}
var BY_NAME = step("Or name each database in `database`: only patterns need the database `postgres`.");
var SEARCH_TIME = 3e3;
async function nearestDatabase(options) {
  const limit = AbortSignal.timeout(SEARCH_TIME);
  const signal = options.signal === void 0 ? limit : AbortSignal.any([options.signal, limit]);
  const once2 = { ...PATIENCE, maxTime: 0 };
  const names3 = await listDatabases({ ...options, patience: once2, signal }).catch(() => []);
  return nearest(options.database, names3);
}
async function listDatabases(options) {
  return await withSession({ ...options, database: DEFAULT_DATABASE }, async (client) => {
    const rows = await beginReading(client, DATABASES);
    return rows.map(({ name: name3 }) => name3);
  });
}

// src/grants/identity.ts
function identityDrift(server, demand, grantee) {
  const { role, labels } = grantee;
  const expected = demand.objectIds?.get(role.name);
  const found2 = identitiesOf(server, grantee);
  if (expected === void 0 || found2 === "unknown") return null;
  const finding = { kind: "identity", name: role.name, owner: role.name, privileges: [] };
  const [first] = found2;
  if (first === void 0) {
    const fix = { note: bindingByType(role.name, expected) };
    return { ...finding, reason: "no-identity", identity: { expected }, fix };
  }
  const { tenantId: tenant } = demand;
  const isElsewhere = ({ tenantId: tenantId2 }) => tenant !== void 0 && tenantId2 !== void 0 && tenantId2 !== tenant;
  const other = found2.find((each) => each.objectId !== expected || isElsewhere(each));
  if (other === void 0) return null;
  const tenants = isElsewhere(other) ? { expectedTenant: tenant, boundTenant: other.tenantId } : {};
  const has = (flag) => labels.some((label3) => label3.split(",").includes(flag));
  const label2 = { objectId: expected, type: first.type, admin: has("admin"), mfa: has("mfa") };
  const administrator = inOurWords("The member must be a Microsoft Entra administrator.");
  const note = paragraph(administrator, REASONS["other-identity"].advice ?? EMPTY);
  return {
    ...finding,
    reason: "other-identity",
    identity: { expected, bound: other.objectId, ...tenants },
    fix: { ...AS_ENTRA_ADMINISTRATOR, sql: bindingSql(role.name, label2), note }
  };
}
function boundIdentity(server, grantee) {
  const found2 = identitiesOf(server, grantee);
  return found2 === "unknown" ? void 0 : found2[0];
}
function identityFixes(drifts) {
  const statements2 = drifts.flatMap(({ fix }) => fix.sql ?? []);
  return statements2.length === 0 ? [] : [{ ...AS_ENTRA_ADMINISTRATOR, runnable: false, statements: statements2 }];
}
function identityWarnings(server, demand, grantee) {
  const { role, labelsInUse } = grantee;
  const expected = demand.objectIds?.get(role.name);
  const found2 = identitiesOf(server, grantee);
  if (found2 === "unknown") return expected === void 0 ? [] : identityUnknown(server, role.name, expected);
  const [resolved, given] = found2;
  if (resolved !== void 0 && given !== void 0 && resolved.objectId !== given.objectId) {
    const message2 = sentence`The security labels of ${name(role.name)} name two object IDs: ${code(resolved.objectId)} for provider ${code(RESOLVED_PROVIDER)} and ${code(given.objectId)} for provider ${code(LABEL_PROVIDER)}. Microsoft does not document which of them can sign in. Run the action ${code("principal")} of this repository with the right one and ${code("rebind: true")}.`;
    return warning2("identity-labels-differ", message2);
  }
  if (expected !== void 0 || resolved !== void 0 || !labelsInUse) return [];
  const message = sentence`${name(role.name)} is not an Entra role, but other roles of this server are. No Microsoft Entra identity can sign in as it.`;
  return warning2("not-entra-role", message);
}
function identityUnknown(server, role, expected) {
  const why = server.labelsReadable ? inOurWords("no security label of it has an object ID in a known form") : inOurWords("this login does not have SELECT on `pg_catalog.pg_shseclabel`");
  const message = sentence`Could not check whether ${name(role)} is bound to object ID ${code(expected)}, because ${why}. A Microsoft Entra administrator can look it up in database ${name(ENTRA_DATABASE)}: ${code("SELECT * FROM pg_catalog.pgaadauth_list_principals(false);")}`;
  return warning2("identity-unknown", message);
}
function bindingSql(role, label2) {
  const provider = quoteIdentifier(LABEL_PROVIDER);
  return `SECURITY LABEL FOR ${provider} ON ROLE ${quoteIdentifier(role)} IS ${quoteLiteral(entraLabel(label2))};`;
}
function bindingByType(role, objectId3) {
  const sql = (type) => code(bindingSql(role, { objectId: objectId3, type, admin: false, mfa: false }));
  return sentence`As a Microsoft Entra administrator in database ${name(ENTRA_DATABASE)}, run the statement for the type of the identity. Application or managed identity: ${sql("service")} User: ${sql("user")} Group: ${sql("group")}`;
}
var AS_ENTRA_ADMINISTRATOR = { as: AZURE_ADMIN, byMember: true, database: ENTRA_DATABASE };
function identitiesOf(server, { labels }) {
  if (!server.labelsReadable) return "unknown";
  const read = labels.flatMap((label2) => readEntraLabel(label2) ?? []);
  return read.length === 0 && labels.length > 0 ? "unknown" : read;
}

// src/grants/assess.ts
function assess(snapshot, demand, names3) {
  const driftOf = driftsIn(snapshot, demand);
  const login = loginOf(snapshot, demand);
  const grantees = names3.map((name3) => {
    const grantee = snapshot.grantees.get(name3);
    if (grantee === void 0)
      return { name: name3, obstacle: granteeNotFound(name3, snapshot.knownRoles, demand.objectIds?.get(name3)) };
    const identity = identityDrift(snapshot.server, demand, grantee);
    const powers = powersBeyond(snapshot, demand, grantee);
    return { name: name3, obstacle: null, grantee, drift: driftOf(grantee), identity, powers };
  });
  const drifts = grantees.flatMap((grantee) => grantee.obstacle === null ? grantee.drift : []);
  const [missing, extra] = [drifts.flatMap((drift2) => drift2.missing), drifts.flatMap((drift2) => drift2.extra)];
  return { snapshot, demand, grantees, grants: planGrants(login, missing), revokes: planRevokes(login, extra) };
}
function loginOf({ sessionUser, server }, { actAsOwner }) {
  return {
    role: sessionUser,
    readOnly: isReadOnly(server),
    membershipIn: (role) => actAsOwner ? temporaryMembership(role, sessionUser, server.version) : null
  };
}
function planToApply({ demand, grants, revokes }) {
  return demand.onExtra === "revoke" ? allOf([grants, revokes]) : grants;
}
function mayApply({ grantees }) {
  return grantees.every(({ obstacle }) => obstacle === null);
}
function changesToApply(assessment) {
  return mayApply(assessment) ? planToApply(assessment).changes : [];
}
function statementsToApply(assessment) {
  return statementsIn(changesToApply(assessment));
}
function fixesFor(assessment, grants, revokes) {
  const { snapshot, demand, grantees } = assessment;
  const identities = grantees.flatMap((each) => each.obstacle === null ? each.identity ?? [] : []);
  const [drift2, warned] = extraIsDrift(demand.onExtra) ? [[...grants, ...revokes], []] : [grants, revokes];
  return [
    ...fixBlocks(snapshot, drift2, new Set(changesToApply(assessment))),
    ...fixBlocks(snapshot, warned, /* @__PURE__ */ new Set()).map((block) => ({ ...block, byHand: true })),
    ...identityFixes(identities)
  ];
}

// src/grants/future.ts
function futureWarnings(grantee, { missing, extra }, beyond) {
  const causes = extra.filter((difference) => beyond.some((found2) => bringsBack(difference, found2)));
  const revokes = causes.flatMap((difference) => revokesOf2(grantee, difference));
  return [
    ...groupsOf(missing, ({ group }) => group.owner).flatMap((same) => missingNext(grantee, same)),
    ...groupsOf(revokes, ({ group, grantee: grantee2 }) => `${group.owner.oid} ${grantee2.oid}`).flatMap(
      (same) => extraNext(grantee, same)
    )
  ];
}
function missingNext({ role, actor }, same) {
  const creator = name(same[0].group.owner.name);
  const grants = same.map(({ columns: _, ...difference }) => {
    return { ...difference, verb: "GRANT", grantee: actor, acting: AS_SESSION_USER };
  });
  const message = sentence`${name(role.name)} will be missing privileges on the next ${kindsOf(same)} that ${creator} creates in ${schemasOf(same)}. Set \`default-privileges: true\`, or run as ${creator}: ${code(sqlOf2(grants))}`;
  return warning2("default-privileges", message);
}
function extraNext({ role }, revokes) {
  const [{ group, grantee: holder }] = revokes;
  const creator = name(group.owner.name);
  const to = isPublic(holder) ? inOurWords(holder.name) : name(holder.name);
  const given = inOurWords(series(inOrder(revokes.flatMap(({ privileges: privileges2 }) => privileges2))));
  const isRevokedByAction = holder === role && revokes.every(({ group: group2 }) => group2.schema !== void 0);
  const run4 = inOurWords(isRevokedByAction ? "Set `default-privileges: true` and `on-extra: revoke`, or run" : "Run");
  const message = sentence`Default privileges of ${creator} give ${to} ${given} on each new ${kindsOf(revokes)} in ${schemasOf(revokes)}, so what is extra comes back. ${run4} as ${creator}: ${code(sqlOf2(revokes))}`;
  return warning2("extra-default-privileges", message);
}
function bringsBack({ group, member, privileges: privileges2 }, found2) {
  return found2.owner === group.owner.name && (group.schema === void 0 || found2.schema === group.schema.name) && found2.kind === "sequence" === (member.name === "sequences") && found2.privileges.some((privilege) => privileges2.includes(privilege));
}
function revokesOf2(grantee, { group, member, privileges: privileges2 }) {
  const items = group.acl.filter((item) => holds(grantee, item));
  return groupsOf(items, (item) => item.grantee).flatMap((same) => {
    const given = privileges2.filter((privilege) => same.some((item) => gives(item, privilege)));
    const change = { verb: "REVOKE", grantee: same[0].grantee, group, member, acting: AS_SESSION_USER };
    return groupsOf(given, isGrantOption).map((alike2) => ({ ...change, privileges: alike2 }));
  });
}
function schemasOf(defaults2) {
  const schemas2 = defaults2.map(({ group }) => group.schema?.name);
  if (schemas2.includes(void 0)) return inOurWords("all schemas");
  return someNames(schemas2.sort().map((schema = "") => [schema]));
}
function kindsOf(defaults2) {
  const names3 = new Set(defaults2.map(({ member }) => member.name));
  const kinds = ["table", "sequence", "routine"].filter((kind) => names3.has(`${kind}s`));
  return inOurWords(series(kinds, "or"));
}

// src/grants/pitfalls.ts
function pitfallWarnings(pitfalls) {
  const byObjects = groupsOf(
    pitfalls.toSorted((a, b) => compare(keyOf(a), keyOf(b))),
    keyOf
  );
  const byCause = groupsOf(byObjects, (same) => {
    const [{ code: code2, role, owner }] = same;
    return JSON.stringify([code2, role, owner, usesOf(same), privilegesOf(same)]);
  });
  return byCause.flatMap((groups) => pitfallWarning(groups.flat()));
}
var keyOf = ({ code: code2, schema, name: name3, role, kind, source, arguments: of, column, through }) => JSON.stringify([code2, schema, name3, role, kind, source, of, column, through]);
function pitfallWarning(same) {
  const [{ code: kind, role, owner }] = same;
  const objects = someNames(same.map(pathOf));
  const privileges2 = inOurWords(series(privilegesOf(same)));
  const sources = someNames(same.map(({ source, column }) => column == null ? source : [...source, column]));
  const uses = inOurWords(series(usesOf(same)));
  const fail2 = inOurWords(usesOf(same).length > 1 ? "fail" : "fails");
  const lacks = sentence`${name(role)} does not have ${privileges2} on ${sources}.`;
  const through = someNames(same.flatMap(({ through: through2 }) => through2 == null ? [] : [[through2]]));
  const examples = kind === "row-level-security" ? same.slice(0, 1) : same;
  const sql = [...new Set(examples.flatMap((each) => sqlFor(each, privilegesOf(same))))].join(" ");
  const cure = (run4) => owner === null ? EMPTY : sentence` ${inOurWords(run4)} as ${name(owner)}: ${code(sql)}`;
  const messages = {
    "view-cannot-read": sentence`Reading ${objects} fails, because ${lacks}${cure("Run")}`,
    "view-cannot-write": sentence`${uses} through ${objects} ${fail2}, because ${lacks}${cure("If the app writes through it, run")}`,
    "rule-fails": sentence`${uses} on ${objects} ${fail2}, because the server carries out rule ${through} as ${name(role)}, and ${lacks}${cure("Run")}`,
    "row-level-security": sentence`Row-level security of ${sources} has no policy for ${privileges2} that applies to ${name(role)}${usedFor(same)}. Without one, INSERT fails, and SELECT, UPDATE and DELETE find no row.${cure("If the app needs that, write policies, for example")} Otherwise, leave ${privileges2} out of \`table-privileges\`, unless the app needs that on other tables.`,
    "foreign-key-fails": sentence`${uses} on ${objects} ${fail2}, because the server checks foreign key ${through} as ${name(role)}, and ${lacks}${cure("Run")}`,
    "default-fails": sentence`INSERT into ${objects} fails where a column takes its default, because ${lacks}${owner === null ? ADD_USAGE : cure("Run")}`,
    "function-fails": sentence`${uses} on ${objects} ${fail2} where the server calls a function, because ${lacks}${cure("Run")}`,
    "no-user-mapping": sentence`Reading ${objects} fails, because neither ${name(role)} nor PUBLIC has a user mapping for foreign server ${sources}.${cure("Run")}`
  };
  return warning2(kind, messages[kind]);
}
var ADD_USAGE = inOurWords(" Add USAGE to `sequence-privileges`.");
function sqlFor(pitfall, privileges2) {
  const { code: code2, kind, source, column, role } = pitfall;
  const [object, to] = [quoteIdentifier(...source), quoteIdentifier(role)];
  if (code2 === "no-user-mapping")
    return [`CREATE USER MAPPING FOR ${to} SERVER ${object} OPTIONS (user '\u2026', password '\u2026');`];
  if (code2 === "row-level-security")
    return (privileges2.length === 4 ? ["ALL"] : privileges2).map((each) => {
      const clause = each === "INSERT" ? "WITH CHECK" : "USING";
      return `CREATE POLICY "<name>" ON ${object} FOR ${each} TO ${to} ${clause} (<condition>);`;
    });
  const what = privileges2.map((each) => column == null ? each : `${each} (${quoteIdentifier(column)})`);
  return [`GRANT ${what.join(", ")} ON ${kind} ${object}${pitfall.arguments ?? ""} TO ${to};`];
}
function usedFor(same) {
  const others = same.filter(({ schema, name: name3, source }) => schema !== source[0] || name3 !== source[1]);
  return others.length === 0 ? EMPTY : sentence`, as which the server uses it for ${someNames(others.map(pathOf))}`;
}
var pathOf = ({ schema, name: name3 }) => [schema, name3];
var usesOf = (same) => inOrder(same.map(({ use }) => use));
var privilegesOf = (same) => inOrder(same.map(({ privilege }) => privilege));

// src/grants/warnings.ts
function warningsFor(snapshot, demand, grantee, future, beyond) {
  const { actor, pitfalls } = grantee;
  const { database, server, groups, unmatchedPatterns } = snapshot;
  return [
    ...cannotLogIn(grantee),
    ...warning2("grantee-read-only", readOnlySessions(database.name, demand, grantee)),
    ...warning2("search-path", uselessPath(database.name, demand, grantee)),
    ...identityWarnings(server, demand, grantee),
    ...futureWarnings(grantee, future, beyond),
    ...pitfallWarnings(pitfalls),
    ...warning2("grantee-is-owner", granteeIsOwner(groups, demand, actor)),
    ...warning2("trigger-and-create", triggerAndCreate(snapshot, demand, grantee)),
    ...warning2("grantee-is-administrator", administers(database, grantee)),
    ...warning2("elastic-cluster", server.citus ? ELASTIC_CLUSTER : void 0),
    ...unmatchedPatterns.flatMap((pattern) => warning2("exclude-matches-nothing", matchesNothing(pattern)))
  ];
}
var ELASTIC_CLUSTER = sentence`This server is an elastic cluster (extension \`citus\`). Only the coordinator was checked, not the worker nodes. Default privileges do not apply on the worker nodes.`;
var matchesNothing = (pattern) => sentence`The \`exclude\` pattern ${code(pattern)} matches nothing. Correct it, or remove it if the object was dropped.`;
function cannotLogIn({ role }) {
  const who = name(role.name);
  const run4 = (option) => code(`ALTER ROLE ${quoteIdentifier(role.name)} ${option};`);
  const closed = sentence`${who} is not permitted to log in. Unless it is a group, run ${run4("LOGIN")}`;
  if (!role.canLogin) return warning2("grantee-cannot-log-in", closed);
  const limited = sentence`${who} cannot connect, because it has CONNECTION LIMIT 0. Run ${run4("CONNECTION LIMIT -1")}`;
  const expired = sentence`VALID UNTIL of ${who} has passed. It cannot sign in with a password, and perhaps not with Microsoft Entra either, which Microsoft does not document. Run ${run4("VALID UNTIL 'infinity'")}`;
  return [
    ...warning2("grantee-cannot-connect", role.noConnections ? limited : void 0),
    ...warning2("grantee-expired", role.expired ? expired : void 0)
  ];
}
function readOnlySessions(database, { tablePrivileges }, { role, readOnly: readOnly3 }) {
  const writes = tablePrivileges === "ALL" || tablePrivileges.some((privilege) => WRITING.has(privilege));
  const setting = readOnly3 === null ? void 0 : settingOf(readOnly3, role.name, database);
  if (!writes || setting === void 0) return void 0;
  return sentence`Writing as ${name(role.name)} fails, because \`default_transaction_read_only\` is on for ${setting.where}. Run as ${setting.who}: ${code(writableAgain(setting.alter).join(" "))}`;
}
function uselessPath(database, { schemas: schemas2 }, { role, actor, searchPath }) {
  const setting = searchPath === null ? void 0 : settingOf(searchPath.source, role.name, database);
  if (searchPath === null || setting === void 0) return void 0;
  const path = schemas2 === "*" ? "<schema>" : schemas2.map((each) => quoteIdentifier(each)).join(", ");
  return sentence`Unqualified names fail as ${name(role.name)}, because \`search_path\` is ${code(searchPath.value)} for ${setting.where}, and it names no schema that exists and on which ${name(actor.name)} has USAGE. Unless the app qualifies all names or sets a path of its own, run as ${setting.who}: ${code(`${setting.alter} SET search_path = ${path};`)}`;
}
var WRITING = /* @__PURE__ */ new Set(["INSERT", "UPDATE", "DELETE", "TRUNCATE"]);
function granteeIsOwner(groups, demand, actor) {
  const isLimited = ({ kind }) => (kind === "sequence" ? demand.sequencePrivileges : demand.tablePrivileges) !== "ALL";
  const limited = groups.filter(
    (group) => isRelation(group.kind) && group.skipped === "" && group.owner === actor && isLimited(group)
  );
  const count2 = limited.reduce((sum, group) => sum + group.size, 0);
  if (count2 === 0) return void 0;
  return sentence`${name(actor.name)} owns ${count2} of the tables and sequences, so it can do anything with them, whatever the privilege lists say. Change their owner with ALTER \u2026 OWNER TO.`;
}
function triggerAndCreate({ groups, server }, demand, grantee) {
  const tables = groups.filter((group) => group.kind === "table" && group.skipped === "");
  const demanded = tables.filter((group) => demandedOn(group, demand, server.version).includes("TRIGGER"));
  const isCreatable = (group) => group.kind === "schema" && heldBy(group, grantee).has("CREATE");
  const schemas2 = groups.filter(isCreatable).flatMap(({ members }) => members.map((schema) => [schema.name]));
  if (!demanded.some((group) => heldBy(group, grantee).has("TRIGGER")) || schemas2.length === 0) return void 0;
  return sentence`${name(grantee.actor.name)} has TRIGGER and can create functions in ${someNames(schemas2)}. With both, it can run code as the next role that writes to a table. Most apps need only \`table-privileges: SELECT, INSERT, UPDATE, DELETE\`.`;
}
function administers(database, { role, actor }) {
  const others = actor === role ? [] : attributesOf(actor, database);
  const acts = sentence`begins its sessions as ${name(actor.name)}, which ${listOf(others)}`;
  const reasons = [...attributesOf(role, database), ...others.length > 0 ? [acts] : []];
  if (reasons.length === 0) return void 0;
  return sentence`${name(role.name)} ${listOf(reasons)}, so it can do more than the privilege lists say. Let the app sign in as a separate role.`;
}
function attributesOf(role, database) {
  return [
    ...role.azureAdmin ? [sentence`is a member of ${name(AZURE_ADMIN)}`] : [],
    ...role.createRole ? [inOurWords("has CREATEROLE")] : [],
    ...role.bypassRls ? [inOurWords("has BYPASSRLS")] : [],
    ...database.owner === role ? [sentence`owns database ${name(database.name)}`] : []
  ];
}

// src/grants/verdict.ts
function conclude(before, after, outcome) {
  const grants = leftOf(after.grants, outcome, "not-granted");
  const revokes = leftOf(after.revokes, outcome, "not-revoked");
  const why = { missing: whyLeft(grants), extra: whyLeft(revokes) };
  return {
    grantees: after.grantees.map((now, index) => {
      const then = before.grantees[index] ?? now;
      if (now.obstacle === null) return reportOf(then, now, after, outcome, why);
      return { ...unfinishedReport(then, after.demand, outcome), error: now.obstacle };
    }),
    fixes: fixesFor(after, grants, revokes)
  };
}
function reportOf(before, now, { snapshot, demand }, { committed }, why) {
  const { name: name3, drift: drift2, identity, powers, grantee } = now;
  const { role, actor } = grantee;
  const bound = boundIdentity(snapshot.server, grantee);
  const extra = extraOf(snapshot, drift2.extra, why.extra);
  const granted = changesOf2(committed, role, "GRANT", drift2.missing);
  const revoked = changesOf2(committed, role, "REVOKE", drift2.extra);
  const missing = drift2.missing.flatMap(
    (difference) => why.missing(difference).map((blocked) => described2(snapshot, difference, blocked))
  );
  return {
    grantee: name3,
    schemas: demand.schemas,
    onExtra: demand.onExtra,
    ...actor !== role && { sessionRole: actor.name },
    ...bound && { identity: bound },
    verdict: verdictOf(before, now, demand, granted.length + revoked.length > 0),
    objects: drift2.objects,
    missing: [...identity === null ? [] : [identity], ...missing],
    granted,
    extra: [...powers, ...extra],
    revoked,
    held: drift2.held,
    warnings: warningsFor(snapshot, demand, grantee, drift2.future, [...extra, ...revoked])
  };
}
function unfinishedReport(before, demand, { committed, sent }) {
  const none = notChecked(before.name, demand);
  if (before.obstacle !== null) return { ...none, error: before.obstacle };
  const { role } = before.grantee;
  const unconfirmed = changesOf2(sent?.changes ?? [], role);
  return {
    ...none,
    objects: before.drift.objects,
    granted: changesOf2(committed, role, "GRANT"),
    revoked: changesOf2(committed, role, "REVOKE"),
    ...unconfirmed.length > 0 && { unconfirmed }
  };
}
function notChecked(grantee, { schemas: schemas2, onExtra }) {
  return {
    grantee,
    schemas: schemas2,
    onExtra,
    verdict: "error",
    objects: { tables: 0, sequences: 0, skipped: 0 },
    missing: [],
    granted: [],
    extra: [],
    revoked: [],
    held: [],
    warnings: []
  };
}
function verdictOf(before, now, { onExtra }, isChanged) {
  const drifted = (grantee) => grantee.obstacle === null && (grantee.identity !== null || grantee.drift.missing.length > 0 || extraIsDrift(onExtra) && grantee.drift.extra.length + grantee.powers.length > 0);
  if (drifted(now)) return "drift";
  return isChanged || drifted(before) ? "repaired" : "in-sync";
}
function whyLeft(left) {
  const byObject = Map.groupBy(left, ({ change }) => change.member);
  return ({ grantee, member }) => (byObject.get(member) ?? []).filter(({ change }) => change.grantee === grantee.role);
}
function named2({ kind, schema }, { name: name3, arguments: types2 }) {
  return {
    kind,
    ...schema && { schema: schema.name },
    ...types2 === void 0 ? { name: name3 } : { name: `${name3}(${types2})`, arguments: types2 }
  };
}
function described2(snapshot, { group, member }, blocked) {
  return {
    ...named2(group, member),
    owner: group.owner.name,
    privileges: blocked.change.privileges,
    reason: blocked.reason,
    ...blocked.serverMessage !== void 0 && { serverMessage: blocked.serverMessage },
    fix: fixFor(snapshot, blocked)
  };
}
function extraOf(snapshot, extra, whyExtra) {
  const sourcesOf2 = ({ grantee, group, columns }, { change }) => change.grantor !== void 0 ? [{ source: change.columns === void 0 ? "direct" : "column" }] : change.privileges.flatMap((privilege) => indirectSourcesOf(grantee, group, columns, privilege));
  return extra.flatMap(
    (difference) => whyExtra(difference).map((blocked) => {
      const sources = distinctBy(sourcesOf2(difference, blocked), (source) => JSON.stringify(source));
      return { ...described2(snapshot, difference, blocked), sources };
    })
  );
}
function changesOf2(changes2, grantee, verb, left = []) {
  const mine = changes2.filter((change) => change.grantee.oid === grantee.oid && (verb ?? change.verb) === change.verb);
  const undone = new Map(left.map((each) => [identify(each.grantee.role, each), each.privileges]));
  return groupsOf(mine, (change) => identify(grantee, change)).flatMap((same) => {
    const [{ group, member }] = same;
    const all2 = same.length === 1 ? same[0].privileges : inOrder(same.flatMap(({ privileges: privileges3 }) => privileges3));
    const again = undone.get(identify(grantee, same[0])) ?? [];
    const privileges2 = again.length === 0 ? all2 : all2.filter((privilege) => !again.includes(privilege));
    return privileges2.length === 0 ? [] : [{ ...named2(group, member), owner: group.owner.name, privileges: privileges2 }];
  });
}

// src/postgres/batch.ts
async function attempt(client, turns, statements2, options = {}) {
  const { proof = [], lockTimeout = LOCK_TIMEOUT } = options;
  let warning3;
  const notice2 = (said) => {
    if (said.code === PRIVILEGE_NOT_GRANTED || said.code === PRIVILEGE_NOT_REVOKED) warning3 = wordsOf(said);
  };
  const wait = turns.next();
  const limit = `SET LOCAL lock_timeout = '${lockTimeout}ms';`;
  const sql = [limit, ...withRoles(statements2), ...proof, "COMMIT;"].join("\n");
  client.on("notice", notice2);
  let waiting = wait !== void 0;
  let failure2;
  try {
    const turn = wait === void 0 ? void 0 : client.query(`${BEGIN}
${wait}`);
    const work = client.query(wait === void 0 ? `${BEGIN}
${sql}` : sql);
    work.catch(() => {
    });
    if (turn !== void 0) await turns.waitFor(turn);
    waiting = false;
    await work;
    return { error: null, warning: warning3 };
  } catch (error2) {
    if (!(error2 instanceof esm_default.DatabaseError)) throw error2;
    failure2 = error2;
    await rollBack(client, error2);
  } finally {
    client.off("notice", notice2);
  }
  if (!waiting) return { error: failure2 };
  await turns.end(client, failure2);
  return await attempt(client, turns, statements2, options);
}
var LOCK_TIMEOUT = 2e3;
var PRIVILEGE_NOT_GRANTED = "01007";
var PRIVILEGE_NOT_REVOKED = "01006";
function reasonOf(error2) {
  const reason = reasonIn(`${error2.code} ${error2.message}`, REASONS2);
  if (reason === "" && ABOUT_THE_SESSION.test(error2.code ?? "")) throw error2;
  return reason === "" ? "refused" : reason;
}
var REASONS2 = {
  // lock_not_available, query_canceled (by statement_timeout), transaction_rollback, and out_of_memory: the lock table is
  // full, and fewer objects may fit
  locked: /^(55P03|57014|40|53200|XX000 tuple concurrently (updated|deleted))/,
  // undefined_table, undefined_function, and wrong_object_type: dropped, and another kind of object has its name now
  gone: new RegExp(`^(42P01|42883|42809|XX000 ${DROPPED_MEANWHILE.source})`),
  "dependent-privileges": /^2BP01/
};
var ABOUT_THE_SESSION = /^(08|25|53|57|58|XX|F0)/;
function adviceOn(error2, { host, port: port2, database, user }, version) {
  const { message, detail, hint: advised, where = "" } = error2;
  const inFunction = /\bfunction\b/.test(where) || /security-(definer|restricted)/.test(message);
  const code2 = inFunction ? RAISE_EXCEPTION : error2.code;
  const own = !inFunction || / at RAISE$/m.test(where) ? advised : void 0;
  const said = { message, detail: [detail, where].join(" "), hint: own, code: code2 };
  const { hint, steps } = diagnose(said, { host, port: port2, database, user, serverVersion: version });
  const place2 = where === "" ? EMPTY : sentence`The context of the error: ${quoted(wordsOf(where))}.`;
  return { hint: paragraph(place2, sentence`Likely cause: ${hint}`), steps };
}
var RAISE_EXCEPTION = "P0001";
var concernsAll = ({ code: code2 }) => code2 === "42704" || code2 === "3F000";

// src/postgres/trial.ts
function trialsOf({ blocked }) {
  const changes2 = blocked.filter(({ tryAs }) => tryAs !== void 0).flatMap(
    ({ change, ...why }) => change.verb === "GRANT" ? { change, ...why } : change.privileges.map((privilege) => ({ change: { ...change, privileges: [privilege] }, ...why }))
  );
  return groupsOf(changes2, keyOfTrial);
}
function keyOfTrial({ change: { verb, grantor, group, privileges: privileges2 }, reason }) {
  const ofAcl = grantor && (grantor.inherited || grantor.viaRoles.length > 0) ? `${group.members[0]?.oid} ${privileges2}` : "";
  return `${verb} ${reason} ${(grantor ?? group.owner).oid} ${group.kind === "default-privileges"} ${ofAcl}`;
}
async function tryOne(client, [{ change, tryAs = [] }], turns) {
  const proof = change.verb === "REVOKE" ? [proofOfRevoke(change)] : [];
  let message = "";
  for (const as of tryAs) {
    const acting = { as, oneByOne: change.verb === "REVOKE" };
    const statements2 = statementsOf2([{ ...change, acting }]);
    const { error: error2, warning: warning3 } = await attempt(client, turns, statements2, { proof });
    if (error2 === null && warning3 === void 0) return { acting, message };
    if (error2 !== null) reasonOf(error2);
    message = warning3 ?? wordsOf(error2);
  }
  return { acting: null, message };
}
function proofOfRevoke({ grantee, group, grantor = group.owner, member, privileges: privileges2 }) {
  return `
DO $$
BEGIN
  IF EXISTS (
    SELECT FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS x
    WHERE c.oid = ${member.oid} AND x.grantee = ${grantee.oid} AND x.grantor = ${grantor.oid}
      AND x.privilege_type IN (${privileges2.map((privilege) => `'${withoutGrantOption(privilege)}'`)})${privileges2.some(isGrantOption) ? " AND x.is_grantable" : ""}
  ) THEN
    RAISE EXCEPTION 'nothing was revoked' USING ERRCODE = 'insufficient_privilege';
  END IF;
END
$$;`;
}

// src/postgres/apply.ts
var SHORT_LOCK_TIMEOUT = 200;
var MAX_LOCK_WAIT = 15e3;
var OUTDATED2 = /* @__PURE__ */ Symbol("outdated");
var MAX_OUTDATED = 3;
async function apply(plan, round) {
  round.outcome.isTried = true;
  try {
    await runAll(round, plan.changes);
    for (const trial of trialsOf(plan)) await runTrial(round, trial);
    return true;
  } catch (error2) {
    if (error2 !== OUTDATED2) throw error2;
    return false;
  }
}
async function runAll(round, changes2) {
  const { say: say2, outcome } = round;
  const batches = batchesOf(changes2);
  for (const [n, each] of batches.entries()) {
    if (batches.length > 1) say2(`batch ${n + 1} of ${batches.length}`);
    const batch = batchOf(each);
    for (const { as, sql } of batch.statements)
      say2(`${as === null ? "" : `as ${as.name}: `}${visibleSql(shortened(sql))}`);
    const before = outcome.committed.length;
    try {
      await run2(round, batch);
    } finally {
      sayResult(say2, outcome, each, before);
    }
  }
}
function sayResult(say2, { committed, failed }, changes2, before) {
  const made = committed.length - before;
  if (made > 0) say2(`committed: ${count(made, "object")}`);
  const refused3 = made === changes2.length ? [] : changes2.flatMap((change) => failed.get(keyOfChange(change)) ?? []);
  if (refused3.length === 0) return;
  const why = new Set(refused3.flatMap(({ serverMessage }) => serverMessage ?? []));
  say2(`not committed: ${count(refused3.length, "object")} (${[...why].join("; ")})`);
}
async function run2(round, planned) {
  const { client, waits, outcome } = round;
  const batch = withoutHopeless(planned, outcome);
  const { changes: changes2, statements: statements2 } = batch;
  if (changes2.length === 0) return;
  const started = Date.now();
  if (isOpen(client)) outcome.sent = batch;
  const lockTimeout = waits.locks === 0 ? LOCK_TIMEOUT : SHORT_LOCK_TIMEOUT;
  const { error: error2, warning: warning3 } = await attempt(client, waits.turns, statements2, { lockTimeout });
  outcome.sent = void 0;
  if (error2 === null) return noteCommitted(outcome, batch, warning3);
  if (concernsAll(error2) && outcome.outdated.size < MAX_OUTDATED && !outcome.outdated.has(error2.message)) {
    outcome.outdated.add(error2.message);
    round.say(`rolled back: ${wordsOf(error2)}`);
    throw OUTDATED2;
  }
  const reason = reasonOf(error2);
  const waited = Date.now() - started;
  if (reason === "locked" && waited >= lockTimeout) waits.locks += waited;
  if (changes2.length === 1 || reason === "locked" && waits.locks > MAX_LOCK_WAIT) {
    return noteFailed(outcome, changes2, refusalOf2(round, error2, changes2));
  }
  const half = Math.ceil(changes2.length / 2);
  await run2(round, batchOf(changes2.slice(0, half)));
  await run2(round, batchOf(changes2.slice(half)));
}
function refusalOf2({ client, version }, error2, changes2) {
  const reason = reasonOf(error2);
  const serverMessage = wordsOf(error2);
  const isFull = error2.code === "53200";
  if (reason === "refused" || isFull) return { reason, serverMessage, advice: adviceOn(error2, client, version) };
  const names3 = changes2.flatMap(({ member }) => [member.name, member.oid]);
  if (reason !== "gone" || names3.some((name3) => error2.message.includes(name3))) return { reason, serverMessage };
  return { reason: "refused", serverMessage, otherNotFound: true };
}
function withoutHopeless(batch, outcome) {
  const hopeless = batch.changes.filter((change) => isHopeless(outcome, change));
  if (hopeless.length === 0) return batch;
  noteFailed(outcome, hopeless, { reason: "not-tried" });
  return batchOf(batch.changes.filter((change) => !isHopeless(outcome, change)));
}
async function runTrial(round, trial) {
  const { client, say: say2, waits } = round;
  const [{ change, reason }] = trial;
  say2(
    `trying one ${change.verb} on an object of ${change.group.owner.name}: PostgreSQL's rules do not allow it, but Azure's might`
  );
  const { acting, message } = await tryOne(client, trial, waits.turns);
  if (acting === null) return say2(`not committed: ${message}`);
  say2(
    reason === "not-owner" ? `The server lets this login act for ${change.group.owner.name}, which PostgreSQL's own rules do not allow.` : "committed"
  );
  const changes2 = trial.map((each) => ({ ...each.change, acting }));
  await runAll(round, changes2);
}
function shortened(sql) {
  const lines2 = sql.split("\n");
  const more = lines2.length - 5;
  return more > 1 ? [...lines2.slice(0, 4), `  \u2026 and ${more} more`, lines2.at(-1)].join("\n") : sql;
}

// src/postgres/turn.ts
var KEY = 0x70676772616e7473n;
var MAX_WAIT = 1e4;
function takeTurns(say2) {
  let left = MAX_WAIT;
  return {
    /** The SQL that waits for this run's turn, within a transaction; undefined when this run takes no more turns. */
    next: () => left > 0 ? `SET LOCAL lock_timeout = '${Math.ceil(left)}ms';
SELECT pg_catalog.pg_advisory_xact_lock(${KEY});` : void 0,
    /**
     * Waits for the answer to that SQL.
     * @throws the server's error, or what broke the connection
     */
    async waitFor(answer) {
      const started = Date.now();
      await answer;
      left -= Date.now() - started;
    },
    /** Takes no more turns, and logs why: the error of the last one, and who holds the lock. */
    async end(client, error2) {
      left = 0;
      const holders = (await holdersOf2(client)).map(({ pid, role }) => `role ${role ?? "unknown"} (pid ${pid})`);
      const held = holders.length > 0 ? ` It is held by ${holders.join(", ")}.` : "";
      say2(
        `did not get the advisory lock with which runs of this action take turns: ${wordsOf(error2)}.${held} Continuing without it.`
      );
    }
  };
}
async function holdersOf2(client) {
  const halves = [String(KEY >> 32n), String(KEY & 0xffffffffn)];
  const [holders] = await Promise.all([
    beginReading(client, HOLDERS, halves),
    client.query("COMMIT")
  ]);
  return holders;
}
var HOLDERS = `
SELECT l.pid, a.usename AS role
FROM pg_catalog.pg_locks AS l
  JOIN pg_catalog.pg_database AS d ON d.oid = l.database AND d.datname = pg_catalog.current_database()
  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.classid = $1::pg_catalog.oid AND l.objid = $2::pg_catalog.oid
ORDER BY l.pid`;

// src/reconcile.ts
var MAX_ROUNDS = 3;
async function reconcile(client, task, say2, progress) {
  say2(`reading the privileges of ${task.grantees.join(", ")}`);
  let assessment = await lookAndAssess(client, task);
  progress.before ??= assessment;
  progress.waits ??= { turns: takeTurns(say2), locks: 0 };
  const { before, waits, done } = progress;
  settle(done, planToApply(assessment));
  let rounds = 0;
  while (task.mode === "apply" && mayApply(before) && rounds < MAX_ROUNDS) {
    const plan = planToApply(assessment);
    if (!isWorthTrying(plan, done)) break;
    const version = assessment.snapshot.server.versionText;
    if (await apply(plan, { client, version, say: say2, waits, outcome: done })) rounds++;
    say2("reading the privileges again");
    assessment = await lookAndAssess(client, task);
  }
  const { grantees, fixes } = conclude(before, assessment, done);
  return {
    serverVersion: assessment.snapshot.server.versionText,
    verdict: worst(grantees.map(({ verdict }) => verdict)),
    grantees,
    statements: task.mode === "apply" ? done.statements : statementsToApply(assessment),
    fixes
  };
}
function unfinished({ grantees, demand }, { before, done }, failure2) {
  const none = failure2 === void 0 ? [] : grantees.map((grantee) => notChecked(grantee, demand));
  const reports = before === void 0 ? none : before.grantees.map((each) => unfinishedReport(each, demand, done));
  return {
    ...before !== void 0 && { serverVersion: before.snapshot.server.versionText },
    verdict: "error",
    grantees: failure2 === void 0 ? reports : reports.map((each) => ({ error: failure2, ...each })),
    statements: done.statements,
    fixes: []
  };
}
async function lookAndAssess(client, { mode, grantees, demand }) {
  const snapshot = await look2(client, grantees, demand);
  const obstacle = databaseObstacle(snapshot, demand, mode);
  if (obstacle !== null) throw new ActionError(obstacle);
  return assess(snapshot, demand, grantees);
}

// src/database.ts
async function reconcileDatabase({ settings, password, signal }, server, demanded, say2) {
  const { mode, user, signIn: signIn2, cloud, undeclared } = settings;
  const { database, grants, obstacle } = demanded;
  const { host, port: port2 } = server;
  const options = { server, database, user, password, signIn: signIn2, cloud, signal, say: say2 };
  const works = grants.map(
    ({ grantees, demand }) => ({ task: { mode, grantees, demand }, progress: { done: nothingDone() } })
  );
  const report = { host, port: port2, database, user };
  let others;
  try {
    signal.throwIfAborted();
    if (obstacle !== void 0) throw new ActionError(obstacle);
    say2(`connecting to ${host}:${port2} as ${user}`);
    await withSession(options, async (client) => {
      await reconcileEach(client, works, say2, signal);
      if (undeclared !== "ignore") others = await findUndeclared(client, grants, say2);
    });
    const found2 = together(works);
    const drifted = undeclared === "fail" && others?.undeclared.length;
    return { ...report, ...found2, ...others, verdict: worst([found2.verdict, drifted ? "drift" : "in-sync"]) };
  } catch (error2) {
    const { serverVersion } = together(works);
    const failure2 = await inContext(diagnose(error2, { ...report, serverVersion, signIn: signIn2, cloud }), options, works);
    return { ...report, ...together(works, failure2) };
  }
}
var MAX_PASSES = 3;
async function reconcileEach(client, works, say2, signal) {
  const changes2 = () => works.reduce((sum, { progress }) => sum + progress.done.committed.length, 0);
  for (let pass = 1; pass <= MAX_PASSES; pass++) {
    for (const work of works) {
      if (work.result !== void 0 && work.changes === changes2()) continue;
      work.result = void 0;
      work.result = await reconcile(client, work.task, say2, work.progress).catch((error2) => {
        signal.throwIfAborted();
        if (works.length > 1 && error2 instanceof ActionError) return error2.failure;
        throw error2;
      });
      work.changes = changes2();
    }
  }
}
async function findUndeclared(client, grants, say2) {
  say2("reading the privileges that nobody declared");
  const checked = grants.map(({ demand }) => demand);
  const grantees = [...new Set(grants.flatMap((grant) => grant.grantees))];
  return undeclaredIn(await lookForUndeclared(client, checked, grantees));
}
function together(works, failure2) {
  const isPart = works.some(({ result }) => result === void 0) && works.some(({ result }) => result !== void 0);
  const parts = works.map(({ task, progress, result }) => {
    if (result !== void 0 && !("code" in result)) return result;
    return unfinished(task, progress, result ?? (isPart ? failure2 : void 0));
  });
  const serverVersion = parts.find((part) => part.serverVersion !== void 0)?.serverVersion;
  return {
    ...serverVersion !== void 0 && { serverVersion },
    verdict: failure2 === void 0 ? worst(parts.map(({ verdict }) => verdict)) : "error",
    ...failure2 !== void 0 && !isPart && { error: failure2 },
    grantees: parts.flatMap(({ grantees }) => grantees),
    statements: parts.flatMap(({ statements: statements2 }) => statements2),
    fixes: parts.flatMap(({ fixes }) => fixes)
  };
}
async function inContext(failure2, options, works) {
  const isUntouched = works.every(({ progress }) => progress.before === void 0);
  if (failure2.code === "cancelled" && isUntouched)
    return { ...failure2, message: paragraph(failure2.message, NOT_LOOKED_AT) };
  if (failure2.code !== "database-not-found") return failure2;
  const near = await nearestDatabase(options);
  if (near === void 0) return failure2;
  return { ...failure2, hint: sentence`Did you mean ${code(near)}? ${failure2.hint}` };
}
var NOT_LOOKED_AT = inOurWords("It had not looked at this database yet.");

// src/grants/database-demands.ts
function haveAPattern(grants) {
  return grants.some(({ databases }) => databases.some(isPattern));
}
function demandsOf(grants, listed3) {
  const each = grants.flatMap(
    (grant) => grant.databases.flatMap((text) => meantBy(text, listed3).map((each2) => ({ ...each2, grant })))
  );
  return groupsOf(each, ({ database }) => database).map((group) => {
    const [{ grant: _, ...demand }] = group;
    const theirs = [...new Set(group.map(({ grant }) => grant))];
    return { ...demand, grants: theirs, obstacle: demand.obstacle ?? overlapOf(theirs) };
  });
}
function meantBy(text, listed3) {
  if (!isPattern(text)) return [{ database: text }];
  if ("code" in listed3) return [{ database: text, obstacle: listed3 }];
  const candidates = listed3.filter((each) => !SERVICE_DATABASES.has(each));
  const found2 = candidates.filter((each) => fits2(each, text));
  if (found2.length === 0) return [{ database: text, obstacle: noDatabaseFits(text, candidates) }];
  return found2.map((database) => ({ database }));
}
var SERVICE_DATABASES = /* @__PURE__ */ new Set(["postgres", "azure_maintenance", "azure_sys"]);
function overlapOf(grants) {
  const demands = grants.flatMap(
    ({ grantees, demand }) => grantees.map((grantee) => ({ grantee, schemas: demand.schemas === "*" ? ["*"] : demand.schemas }))
  );
  const twice = groupsOf(demands, ({ grantee }) => grantee).find((same) => {
    const schemas2 = same.flatMap((each) => each.schemas);
    return same.length > 1 && (schemas2.includes("*") || new Set(schemas2).size < schemas2.length);
  });
  return twice && demandedTwice(twice[0].grantee);
}

// src/server.ts
var DATABASES_AT_ONCE = 4;
async function reconcileServer(run4, server) {
  const { grants, servers } = run4.settings;
  const listed3 = haveAPattern(grants) ? await listDatabases2(run4, server) : [];
  const demands = demandsOf(grants, listed3);
  let silence = "code" in listed3 ? silenceIn(listed3) : void 0;
  let done = 0;
  return await pLimit(DATABASES_AT_ONCE).map(demands, async (demand) => {
    const { database, obstacle = silence } = demand;
    const place2 = servers.length > 1 ? `${plain.name(database)} on ${server.host}` : plain.name(database);
    const sayHere = (line) => say(`${place2}: ${line}`);
    const report = await reconcileDatabase(run4, server, { ...demand, obstacle }, sayHere);
    silence ??= silenceIn(report.error);
    done++;
    sayHere(`${endOf(report)}${demands.length > 1 ? ` (${done} of ${demands.length})` : ""}`);
    return report;
  });
}
async function listDatabases2({ settings, password, signal }, server) {
  const { user, signIn: signIn2, cloud } = settings;
  say(`listing the databases of ${server.host}:${server.port} as ${user}`);
  return await databasesOn({ server, user, password, signIn: signIn2, cloud, signal });
}
function silenceIn(failure2) {
  if (failure2?.code !== "connection-timed-out" && failure2?.code !== "query-timed-out") return void 0;
  return { ...failure2, message: sentence`Not tried, because the server had not answered before: ${failure2.message}` };
}
function endOf({ verdict, error: error2 }) {
  const text = VERDICTS[verdict];
  return error2 === void 0 ? text : `${text}: ${plain.sentence(error2.message)}`;
}

// src/settings/connection-string.ts
var KEYWORDS = /* @__PURE__ */ new Map([
  ["host", ["host", "server"]],
  ["port", ["port"]],
  ["database", ["database", "dbname", "db", "initial catalog", "name"]],
  ["user", ["user", "username", "user name", "user id", "userid", "uid"]],
  ["password", ["password", "pwd", "psw"]]
]);
function partOf(keyword, value) {
  return [...KEYWORDS].filter(([, keywords]) => keywords.includes(keyword)).map(([name3]) => [name3, value]);
}
function partsIn(text) {
  const string = text.trim();
  if (/^(jdbc:|[a-z][a-z0-9+.-]*:\/\/)/i.test(string)) return partsInUri(string);
  const found2 = FORMS.map((form) => partsInPairs(string, form)).find(
    (parts) => parts.some(([name3]) => name3 !== "password")
  );
  if (found2 !== void 0) return found2;
  throw new Invalid(inOurWords("contains no connection that this action can read"));
}
var URI = /^(?:jdbc:)?postgres(?:ql)?(?:\+[a-z0-9]+)?:\/\/(?:([^/?#]*)@)?(?:\[([^\]]*)\]|([^/?#:@]*))(?::(\d*))?(?:\/([^?#]*))?(?:\?([^#]*))?$/i;
function partsInUri(text) {
  const [found2, login = "", address, host = "", port2 = "", database = "", query] = URI.exec(text) ?? [];
  if (found2 === void 0) throw new Invalid(inOurWords("is not a URL of PostgreSQL that this action can read"));
  const [user = "", ...password] = login.split(":");
  try {
    return [
      ["host", decodeURIComponent(address ?? host)],
      ["port", port2],
      ["database", decodeURIComponent(database)],
      ["user", decodeURIComponent(user)],
      ["password", decodeURIComponent(password.join(":"))],
      ...[...new URLSearchParams(query)].flatMap(([key, value]) => partOf(key, value))
    ];
  } catch {
    throw new Invalid(inOurWords("contains a `%` that does not start a valid escape"), {
      remedy: inOurWords("Write the character `%` as `%25`.")
    });
  }
}
var FORMS = [
  // https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
  {
    pair: /([a-z_]+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*)?(?:\s+|$)/gsy,
    foreign: ";",
    read: (value) => value.replace(/^'(.*)'$/s, "$1").replace(/\\(.)/gs, "$1")
  },
  // https://www.npgsql.org/doc/connection-string-parameters.html, and for the quotes
  // https://learn.microsoft.com/dotnet/api/system.data.common.dbconnectionstringbuilder.connectionstring
  {
    pair: /[\s;]*([^\s=;"'][^=;"']*)=\s*(?:("(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s;"'][^;]*)\s*)?(?:;[\s;]*|$)/gy,
    foreign: "=",
    read: (value) => value.trimEnd().replace(/^(["'])(.*)\1$/s, (_, quote, text) => text.replaceAll(quote + quote, quote))
  }
];
function partsInPairs(text, { pair, foreign, read }) {
  const pairs = [...text.matchAll(pair)];
  const last = pairs.at(-1);
  if (last === void 0 || last.index + last[0].length < text.length) return [];
  const parts = pairs.flatMap(([, key = "", value = ""]) => partOf(key.trim().toLowerCase(), value));
  const isForeign = ([name3, value]) => name3 !== "password" && !/^["']/.test(value) && value.includes(foreign);
  return parts.some(isForeign) ? [] : parts.map(([name3, value]) => [name3, read(value)]);
}
function merged(parts) {
  const values = {};
  for (const [name3, value] of parts) {
    if (value === "") continue;
    if ((values[name3] ?? value) !== value && name3 !== "password") {
      throw new Invalid(sentence`contains two values for ${code(name3)}`, { remedy: inOurWords("Remove one of them.") });
    }
    values[name3] = value;
  }
  return values;
}

// src/settings/app-connection.ts
function readAppConnection(text) {
  const settings = settingsIn(text).map(({ key, value }) => ({ ...meaningOf(key), value: value.trim() }));
  const byConnection = Map.groupBy(settings, ({ connection }) => connection).values();
  const found2 = [...byConnection].map((each) => usable(each.flatMap(partsOf2))).filter(isUsable);
  const [only = usable(partsIn(withoutQuotes(text))), ...others] = found2;
  if (others.length === 0) return only;
  throw new Invalid(sentence`contains ${found2.length} connections`, {
    remedy: inOurWords("Use the settings of one of them, or set `host`, `database` and `grantee` instead.")
  });
}
function secretsInAppConnection(text) {
  const settings = settingsIn(text);
  const strings = [...settings.map(({ value }) => value), withoutQuotes(text)];
  const passwords = strings.flatMap((string) => resultOf(() => partsIn(string)) ?? []);
  const certain = [
    ...settings.filter(({ key }) => SECRET_KEY.test(key)).map(({ value }) => value),
    ...passwords.filter(([name3]) => name3 === "password").map(([, value]) => value)
  ];
  const isBroken = isJson(text) && settings.length === 0;
  const possible = [
    ...valuesBehind(KEY_OF_SECRET, text),
    ...isBroken ? valuesBehind(/"value"\s*:\s*/, text) : [],
    ...[...text.matchAll(/:\/\/[^\s/:@]*:([^\s/]+)@/g)].map(([, password = ""]) => password)
  ].flatMap((value) => [value, resultOf(() => decodeURIComponent(value)) ?? ""]);
  const secrets = [...certain, ...possible.filter((value) => value.trim().length >= 4)];
  return [...new Set(secrets.map((secret2) => secret2.trim()).filter((secret2) => secret2 !== ""))];
}
var SECRET_KEY = /(password|pwd|psw|secret|token|accesskey)$/i;
var KEY_OF_SECRET = /(?:password|passwd|pwd|psw|secret|token|accesskey)["']?\s*[=:]\s*/i;
var ENDS = [/(?<![\s;&,}"'])[\s;&,}"']+$/, /"/, /'/, /;/, /&/, /\s/, /[\s;&,}"']/];
function valuesBehind(key, text) {
  const [, ...found2] = text.split(key);
  const lines2 = found2.map((rest) => rest.replace(/^["']+/, "").split(/[\r\n]/, 1)[0] ?? "");
  return lines2.flatMap((line) => ENDS.map((end) => line.split(end, 1)[0] ?? ""));
}
function settingsIn(text) {
  return isJson(text) ? settingsInJson(text) : linesOf(text).flatMap(settingInLine);
}
function isJson(text) {
  return /^\s*[[{]/.test(text);
}
function settingsInJson(text) {
  const json = resultOf(() => JSON.parse(text));
  const list = json?.configurations ?? json ?? {};
  const pairs = Array.isArray(list) ? list.map((each) => [each?.name, each?.value]) : Object.entries(list);
  return pairs.map(([key, value]) => ({ key, value })).filter(({ key, value }) => typeof key === "string" && typeof value === "string");
}
var LINE = /^\s*(?:export\s+)?["']?([A-Za-z_][\w.-]*)["']?\s*[=:]\s*(?:"((?:[^"\\]|\\.)*)"\s*(?:[#;,].*)?|'([^']*)'\s*(?:[#;,].*)?|(.*?)(?:\s#.*)?)$/;
function settingInLine(line) {
  const [, key, double, single, plain2 = ""] = LINE.exec(line) ?? [];
  return key === void 0 ? [] : [{ key, value: double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? plain2.trim() }];
}
function meaningOf(key) {
  const [, connection = "", keyword] = AZURE_KEY.exec(key) ?? [];
  if (keyword !== void 0) return { connection: `Azure ${connection}`.toUpperCase(), keyword: keyword.toLowerCase() };
  const [, spring = ""] = /^springdatasource(url|username|password)$/.exec(key.toLowerCase().replace(/[-_.]/g, "")) ?? [];
  return { connection: "Spring", keyword: spring === "url" ? "connectionstring" : spring };
}
var AZURE_KEY = /^AZURE_POSTGRESQL_(?:(.+)_)?([a-z]+)$/i;
function partsOf2({ keyword, value }) {
  return keyword === "connectionstring" && value !== "" ? partsIn(value) : partOf(keyword, value);
}
function usable(found2) {
  const { password: _, ...parts } = merged(found2);
  const at = parts.user?.lastIndexOf("@") ?? -1;
  const server = parts.host?.split(".", 1)[0]?.toLowerCase();
  if (parts.user === void 0 || at < 1 || parts.user.slice(at + 1).toLowerCase() !== server) return parts;
  return { ...parts, user: parts.user.slice(0, at) };
}
function isUsable({ host, database, user }) {
  return (host ?? database ?? user) !== void 0;
}
function withoutQuotes(text) {
  const string = text.trim();
  return /^(?:"[^"]+"|'[^']+')$/.test(string) ? string.slice(1, -1) : string;
}

// src/settings/values.ts
var import_node_crypto2 = require("node:crypto");
var import_node_fs3 = require("node:fs");
var import_node_net4 = require("node:net");

// src/model/clouds.ts
var CLOUDS = {
  azurecloud: {
    name: "azurecloud",
    authority: "https://login.microsoftonline.com",
    postgresScope: "https://ossrdbms-aad.database.windows.net/.default",
    oidcAudience: "api://AzureADTokenExchange",
    hostSuffix: ".postgres.database.azure.com",
    resourceManager: "https://management.azure.com",
    resourceManagerScope: "https://management.azure.com/.default"
  },
  azureusgovernment: {
    name: "azureusgovernment",
    authority: "https://login.microsoftonline.us",
    postgresScope: "https://ossrdbms-aad.database.usgovcloudapi.net/.default",
    oidcAudience: "api://AzureADTokenExchangeUSGov",
    hostSuffix: ".postgres.database.usgovcloudapi.net",
    resourceManager: "https://management.usgovcloudapi.net",
    resourceManagerScope: "https://management.core.usgovcloudapi.net/.default"
  },
  azurechinacloud: {
    name: "azurechinacloud",
    authority: "https://login.chinacloudapi.cn",
    postgresScope: "https://ossrdbms-aad.database.chinacloudapi.cn/.default",
    oidcAudience: "api://AzureADTokenExchangeChina",
    hostSuffix: ".postgres.database.chinacloudapi.cn",
    resourceManager: "https://management.chinacloudapi.cn",
    resourceManagerScope: "https://management.core.chinacloudapi.cn/.default"
  }
};

// src/settings/values.ts
function choice(choices, otherwise = EMPTY) {
  return (text) => {
    const word = text.trim();
    const found2 = choices.find((each) => each === word);
    if (found2 !== void 0) return found2;
    const near = didYouMean(word, choices);
    throw new Invalid(inOurWords("is not valid"), { advice: isEmpty(near) ? otherwise : near });
  };
}
function oneOf(choices) {
  const all2 = choices.map((each) => `\`${each}\``);
  return series(all2, "or");
}
function boolean(text) {
  return choice(["true", "false", "True", "False", "TRUE", "FALSE"])(text).toLowerCase() === "true";
}
var BOOLEAN = { use: oneOf(["true", "false"]), default: "false", inFile: "boolean" };
function port(text) {
  const digits = text.trim();
  if (!/^[1-9]\d{0,4}$/.test(digits) || Number(digits) > 65535) throw new Invalid(inOurWords("is not a port number"));
  return Number(digits);
}
function cloudName(text) {
  return choice(Object.keys(CLOUDS), GITHUB_ENVIRONMENT)(text.toLowerCase());
}
var GITHUB_ENVIRONMENT = inOurWords("For a GitHub environment, set `jobs.<job_id>.environment` on the job.");
function clientId(text) {
  const id = text.trim();
  if (!GUID.test(id)) throw new Invalid(inOurWords("is not a GUID"));
  if (/^[0-]+$/.test(id)) throw new Invalid(inOurWords("is a placeholder"));
  return id;
}
var objectId2 = (text) => clientId(text).toLowerCase();
var objectIds = eachLine(objectId2);
function tenantId(text) {
  const id = text.trim();
  if (!GUID.test(id) && !DOMAIN2.test(id)) throw new Invalid(inOurWords("is not a GUID or a domain name"));
  return id;
}
var DOMAIN2 = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
function secret(text) {
  return text.replace(/^[\r\n]+|(?<![\r\n])[\r\n]+$/g, "");
}
var SECRET_INPUT = { secrets: (text) => [secret(text)] };
function hostName(suffix, forConnectionString) {
  return (text) => {
    const name3 = text.trim();
    if ((0, import_node_net4.isIP)(name3)) return name3;
    for (const [form, problem, remedy] of NOT_HOSTS)
      if (form.test(name3)) throw new Invalid(inOurWords(problem), { remedy: inOurWords(remedy) });
    if (!isHostName(name3)) {
      const port2 = name3.includes(":") ? "The port goes in `port`." : "";
      const other = name3.includes("@") ? "Only what follows the `@` is the host. The user goes in `user`." : port2;
      throw new Invalid(inOurWords("is not a host name"), {
        advice: /[=/;]/.test(name3) ? forConnectionString : inOurWords(other)
      });
    }
    return name3.includes(".") || name3.toLowerCase() === "localhost" ? name3 : name3 + suffix();
  };
}
function hostNames(suffix, forConnectionString) {
  const all2 = eachLine(hostName(suffix, forConnectionString));
  return (text) => distinctBy(all2(text), (host) => host.toLowerCase());
}
var NOT_HOSTS = [
  [/^https?:\/\//i, "is a URL", "Use the server name only, without `https://`."],
  [/^(undefined|null|none|nil)$/i, "stands for a missing value", "Check the variable, secret or output it comes from."],
  // https://learn.microsoft.com/azure/horizondb/ and https://learn.microsoft.com/azure/cosmos-db/postgresql/
  [
    /\.(horizondb|postgres\.cosmos)\.azure\.com\.?$/i,
    "is a cluster of Azure HorizonDB or Azure Cosmos DB for PostgreSQL",
    "Use the name of a flexible server of Azure Database for PostgreSQL."
  ]
];
function isHostName(name3) {
  if (name3.length > 253) return false;
  const labels = name3.replace(/\.$/, "").split(".");
  if (!labels.every((label2) => LABEL2.test(label2))) return false;
  return labels.length === 1 || !/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? "");
}
var LABEL2 = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
function name2(text) {
  const [only = "", ...more] = names2(text);
  if (more.length > 0) throw new Invalid(inOurWords("has more than one line"));
  return only;
}
function names2(text) {
  return [...new Set(eachLine(checkedName)(text))];
}
function lines(text) {
  return [...new Set(eachLine(withoutNul)(text))];
}
function eachLine(parse) {
  return (text) => {
    return linesOf(text).map((line) => line.trim()).filter((line) => line !== "").map(
      (item) => parsed(item, parse, ({ problem, details }) => {
        throw new Invalid(problem, { item, ...details });
      })
    );
  };
}
function withoutNul(line) {
  if (line.includes("\0")) throw new Invalid(inOurWords("contains a NUL character"));
  return line;
}
function checkedName(name3) {
  if (Buffer.byteLength(withoutNul(name3)) <= MAX_NAME_BYTES) return name3;
  throw new Invalid(sentence`is longer than ${MAX_NAME_BYTES} bytes`, {
    remedy: inOurWords("PostgreSQL truncates longer names. Use the name as the server stores it.")
  });
}
var MAX_NAME_BYTES = 63;
function schemas(text) {
  const found2 = names2(text);
  if (!found2.includes("*")) return found2;
  if (found2.length > 1) throw new Invalid(inOurWords("contains `*` and schema names"));
  return "*";
}
function privileges(known2) {
  return (text) => {
    const found2 = listed2(["ALL", ...known2])(text);
    if (found2.length > 1 && found2.includes("ALL")) throw new Invalid(inOurWords("contains `ALL` and other privileges"));
    return found2.includes("ALL") ? "ALL" : found2.filter((each) => each !== "ALL");
  };
}
function listed2(known2, always) {
  return (text) => {
    const words2 = text.trim().split(/,[ \t]*(?:\r\n|\r|\n)?|\r\n|\r|\n/).map((word) => word.trim());
    const found2 = words2.map((word) => {
      const privilege = known2.find((each) => each === word.toUpperCase());
      if (privilege !== void 0) return privilege;
      if (word === "") throw new Invalid(inOurWords("contains an empty item"), { remedy: UNSET_VARIABLE });
      throw new Invalid(inOurWords("is not valid"), { item: word, advice: didYouMean(word, known2) });
    });
    if (always !== void 0 && !found2.includes(always)) throw new Invalid(inOurWords(`does not contain ${always}`));
    return [...new Set(found2)];
  };
}
function rootCertificates(text) {
  const pem = text.includes("-----BEGIN") ? text : contentOf(text.trim());
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*(-----END CERTIFICATE-----)?/g) ?? [];
  if (certificates.length === 0) throw new Invalid(inOurWords("contains no CERTIFICATE block"));
  const broken = certificates.findIndex((each) => resultOf(() => new import_node_crypto2.X509Certificate(each)) === void 0);
  if (broken !== -1) throw new Invalid(sentence`contains a certificate that cannot be read (number ${broken + 1})`);
  return certificates.map((certificate) => `${certificate}
`).join("");
}
function contentOf(path) {
  try {
    return (0, import_node_fs3.readFileSync)(path, "utf8");
  } catch (error2) {
    const reason = error2.code ?? "unknown error";
    throw new Invalid(inOurWords(`names a file that cannot be read (${reason})`));
  }
}

// src/settings/grants.ts
var LIST = { neverEmpty: true, inFile: "list" };
var allOr = (privileges2) => `\`ALL\`, or a comma-separated list of ${privileges2.join(", ")}`;
var GRANT_INPUTS = {
  database: { use: "one or more database names or patterns such as `orders_*`, one per line", inFile: "list" },
  grantee: { use: "the PostgreSQL names of one or more Entra users (`aad_\u2026`), one per line", inFile: "list" },
  "grantee-object-id": {
    use: "the object IDs in Microsoft Entra, GUIDs, of the grantees, one per line, in the order of `grantee`",
    inFile: "list"
  },
  schemas: { ...LIST, use: "one or more schema names, one per line, or only `'*'`", default: "public" },
  "table-privileges": { ...LIST, use: allOr(TABLE_PRIVILEGES), default: "ALL" },
  "sequence-privileges": { ...LIST, use: allOr(SEQUENCE_PRIVILEGES), default: "ALL" },
  "schema-privileges": { ...LIST, use: "`USAGE` or `USAGE, CREATE`", default: "USAGE" },
  "routine-privileges": { use: "`EXECUTE`, or leave it empty", inFile: "list" },
  "default-privileges": BOOLEAN,
  "on-extra": { use: oneOf(ON_EXTRA), default: "warn", neverEmpty: true },
  exclude: { use: "patterns such as `audit_*` or `billing.*`, one per line", inFile: "list" },
  "allow-empty": BOOLEAN
};
var DEMAND_INPUTS = { ...GRANT_INPUTS, "act-as-owner": BOOLEAN };
function grantFrom(inputs, signIn2) {
  const { schemas: _, ...target } = scopeIn(inputs);
  return all({ ...target, demand: () => demandFrom(inputs, target.grantees, signIn2) });
}
function scopeIn(inputs) {
  return {
    databases: () => inputs.required("database", names2),
    grantees: () => inputs.required("grantee", names2),
    schemas: () => inputs.orDefault("schemas", schemas)
  };
}
function demandFrom(inputs, grantees, signIn2) {
  return all({
    schemas: () => inputs.orDefault("schemas", schemas),
    tablePrivileges: () => inputs.orDefault("table-privileges", privileges(TABLE_PRIVILEGES)),
    sequencePrivileges: () => inputs.orDefault("sequence-privileges", privileges(SEQUENCE_PRIVILEGES)),
    schemaPrivileges: () => inputs.orDefault("schema-privileges", listed2(SCHEMA_PRIVILEGES, "USAGE")),
    routinePrivileges: () => inputs.optional("routine-privileges", listed2(ROUTINE_PRIVILEGES)) ?? [],
    defaultPrivileges: () => inputs.orDefault("default-privileges", boolean),
    onExtra: () => inputs.orDefault("on-extra", choice(ON_EXTRA)),
    actAsOwner: () => inputs.orDefault("act-as-owner", boolean),
    exclude: () => inputs.optional("exclude", lines) ?? [],
    allowEmpty: () => inputs.orDefault("allow-empty", boolean),
    objectIds: () => objectIdsFrom(inputs, grantees),
    tenantId: () => tenantOf(signIn2())
  });
}
function tenantOf(signIn2) {
  return "tenantId" in signIn2 && GUID.test(signIn2.tenantId) ? signIn2.tenantId.toLowerCase() : void 0;
}
function objectIdsFrom(inputs, granteesIn) {
  const ids = inputs.optional("grantee-object-id", objectIds);
  if (ids === void 0) return void 0;
  const grantees = granteesIn();
  if (ids.length !== grantees.length) {
    const counts = inOurWords(`${count(ids.length, "object ID")} for ${count(grantees.length, "grantee")}`);
    const problem = sentence`${code("grantee-object-id")} has ${counts}. Use one object ID per grantee, one per line, in the order of ${code("grantee")}.`;
    inputs.mistake("grantee-object-id", problem);
  }
  return new Map(grantees.map((grantee, n) => [grantee, ids[n] ?? ""]));
}

// src/settings/entries.ts
function grantsIn(entries, inputs, signIn2) {
  const found2 = entries.map((entry) => ({ entry, own: inputs.withEntry(entry) }));
  for (const { own, grantee, line } of repeatedIn(found2)) {
    const problem = sentence`${code("grantee")}: ${name(grantee)} is also on line ${line}, for the same database and schema. Use one entry for them.`;
    ifValid(() => own.mistake("grantee", problem, grantee));
  }
  return found2.flatMap(({ own }) => ifValid(() => grantFrom(own, signIn2)) ?? []);
}
function repeatedIn(entries) {
  const earlierOf = /* @__PURE__ */ new Map();
  return entries.flatMap(({ entry, own }) => {
    const scope = ifValid(() => all(scopeIn(own)));
    if (scope === void 0) return [];
    return scope.grantees.flatMap((grantee) => {
      const earlier = earlierOf.get(grantee) ?? [];
      const first = earlier.find((each) => overlap(each.scope, scope));
      if (earlier.length < MOST_COMPARED) earlierOf.set(grantee, [...earlier, { entry, own, scope }]);
      return first === void 0 ? [] : [{ own, grantee, line: placeOf(first.entry, "grantee", grantee).line }];
    });
  });
}
var MOST_COMPARED = 1e3;
function overlap(one, other) {
  const shareSchema = one.schemas === "*" || other.schemas === "*" || one.schemas.some((schema) => other.schemas.includes(schema));
  return shareSchema && one.databases.some((database) => other.databases.some((each) => fits2(database, each) || fits2(each, database)));
}

// src/settings/grants-file.ts
var import_node_buffer = require("node:buffer");
var import_node_fs4 = require("node:fs");
var import_node_path4 = require("node:path");
function readInWorkspace(path, workspace) {
  try {
    const root = (0, import_node_fs4.realpathSync)(workspace);
    const file = (0, import_node_fs4.realpathSync)((0, import_node_path4.resolve)(root, path));
    if (!file.startsWith(root.endsWith(import_node_path4.sep) ? root : root + import_node_path4.sep)) {
      throw new Invalid(inOurWords("is not a path in the workspace"));
    }
    const found2 = (0, import_node_fs4.statSync)(file);
    if (!found2.isFile() || found2.size > MAX_BYTES4) throw new Invalid(inOurWords("is not a file of at most 1 MiB"));
    const content = (0, import_node_fs4.readFileSync)(file);
    if (!(0, import_node_buffer.isUtf8)(content)) throw new Invalid(inOurWords("is the path of a file that is not UTF-8"));
    return content.toString();
  } catch (error2) {
    if (error2 instanceof Invalid) throw error2;
    const reason = error2.code ?? "unknown error";
    throw new Invalid(inOurWords(`cannot be read (${reason})`), {
      remedy: inOurWords("Check the path, and that `actions/checkout` runs before this action.")
    });
  }
}
var MAX_BYTES4 = 1048576;
function readGrantsFile(text, file, yaml, inputs, keys) {
  const lines2 = new yaml.LineCounter();
  const tokens = new yaml.Parser(lines2.addNewLine).parse(text);
  const composer = new yaml.Composer({ stringKeys: true, uniqueKeys: false });
  const [document, second] = composer.compose(tokens, true, text.length);
  const mistakes = [];
  const placeOf2 = (offset) => ({ file, line: Math.max(1, lines2.linePos(offset).line) });
  const note = (offset, problem, node) => {
    if (!yaml.isAlias(node)) mistakes.push({ name: "grants-file", place: placeOf2(offset), problem });
  };
  if (second) note(second.range[0], inOurWords("A second YAML document begins here. Use one: remove `---`."));
  const reading = { yaml, inputs, keys, placeOf: placeOf2, note };
  const entries = document && isReadable(document, reading) ? entriesIn(document.contents, reading) : [];
  return { entries, mistakes };
}
function isReadable(document, { yaml, note }) {
  const { errors: errors2, warnings: warnings2, directives } = document;
  const problems = [...errors2, ...warnings2].filter(({ code: code2 }) => !NOTED_WITH_NODE.has(code2));
  for (const { message, pos } of problems)
    note(pos[0], sentence`This is not valid YAML: ${quoted(message.replace(CONTENT, ""))}.`);
  if (directives.yaml.explicit) note(0, inOurWords("`%YAML` is a directive. Remove it."));
  yaml.visit(document, {
    Node(_, node, path) {
      const anchor = !yaml.isAlias(node) && node.anchor !== void 0 && `&${node.anchor}`;
      const mark = yaml.isAlias(node) ? `*${node.source}` : anchor || node.tag && directives.tagString(node.tag);
      if (!mark) return;
      const key = path.findLast(yaml.isPair)?.key;
      const subject = yaml.isScalar(key) ? sentence`${code(shortened2(String(key.value)))}: ` : EMPTY;
      const advice = sentence`Write the value itself, in quotes if it begins with ${code(mark.charAt(0))}.`;
      const problem = sentence`${code(shortened2(mark))} is an alias, an anchor or a tag of YAML. ${advice}`;
      note(node.range?.[0] ?? 0, sentence`${subject}${problem}`);
    }
  });
  return problems.length === 0;
}
var CONTENT = /(?<=\w): .*/s;
var NOTED_WITH_NODE = /* @__PURE__ */ new Set(["BAD_ALIAS", "TAG_RESOLVE_FAILED"]);
function entriesIn(root, reading) {
  const { yaml, keys, placeOf: placeOf2, note } = reading;
  const { key, value: list } = valuesIn(root, ["grants"], reading).get("grants") ?? {};
  const entries = yaml.isSeq(list) ? list.items : [];
  if (entries.length === 0) note(key?.range[0] ?? 0, inOurWords("The key `grants` has no list of entries."), list);
  return entries.flatMap((entry) => {
    const [offset] = entry.range;
    if (!yaml.isMap(entry))
      note(offset, inOurWords("An entry has no keys, such as `grantee`, with their values."), entry);
    const values = [...valuesIn(entry, keys, reading)].map(
      ([key2, value]) => [key2, textOf2(key2, value, reading)]
    );
    return yaml.isMap(entry) ? { place: placeOf2(offset), values: new Map(values) } : [];
  });
}
function valuesIn(map, known2, reading) {
  const { yaml, inputs, placeOf: placeOf2, note } = reading;
  const values = /* @__PURE__ */ new Map();
  const lines2 = /* @__PURE__ */ new Map();
  for (const pair of yaml.isMap(map) ? map.items : []) {
    const name3 = String(pair.key.value);
    const [offset] = pair.key.range;
    const first = lines2.get(name3);
    if (first === void 0) lines2.set(name3, placeOf2(offset).line);
    if (first === void 0 && known2.includes(name3)) values.set(name3, pair);
    else note(offset, sentence`${code(shortened2(name3))} ${problemOfKey(name3, first, known2, inputs)}`);
  }
  return values;
}
function problemOfKey(name3, first, known2, inputs) {
  if (first !== void 0) return sentence`is also a key on line ${first}. Remove one of them.`;
  if (name3 === "<<") return inOurWords("is a merge key. Write the keys themselves.");
  if (Object.hasOwn(inputs, name3))
    return inOurWords("is an input of the action and not a key of this file. Set it in the workflow.");
  return paragraph(inOurWords("is not a key of this file."), didYouMean(name3, known2));
}
function textOf2(name3, { key, value: node }, reading) {
  const { yaml, inputs, placeOf: placeOf2, note } = reading;
  const { use = "", inFile } = inputs[name3] ?? {};
  const { line } = placeOf2(key.range[0]);
  if (inFile === "list" && yaml.isSeq(node) && node.items.length > 0)
    return linesOf2(name3, node.items, line, reading);
  const { value, source = "" } = yaml.isScalar(node) ? node : {};
  if (typeof value === "string" || inFile === "boolean" && typeof value === "boolean") return { text: source, line };
  const form = inFile === "list" ? sentence`text or a list with items. ${QUOTES}` : inOurWords("text.");
  note(key.range[0], sentence`${code(name3)} is not ${form} Use ${inOurWords(use)}.`, node);
  return "mistaken";
}
var QUOTES = inOurWords("Put a name such as `1`, `true` or `null` in quotes.");
function linesOf2(key, nodes, line, { yaml, placeOf: placeOf2, note }) {
  const items = nodes.flatMap((node) => {
    const text = yaml.isScalar(node) && typeof node.value === "string" ? node.value : "";
    if (/^\S([^\r\n]*\S)?$/.test(text)) return [[text, placeOf2(node.range[0]).line]];
    note(node.range[0], sentence`${code(key)}: an item is not one line of text. ${QUOTES}`, node);
    return [];
  });
  if (items.length < nodes.length) return "mistaken";
  return { text: items.map(([text]) => text).join("\n"), line, items: new Map(items) };
}
function shortened2(text) {
  return text.length > 60 ? `${text.slice(0, 60)}\u2026` : text;
}

// src/settings/server.ts
var SSL_MODES = ["verify-full", "verify-ca", "disable"];
var SERVER_INPUTS = {
  host: { use: "a server name, such as `my-server` or `my-server.postgres.database.azure.com`" },
  port: { use: "a number from 1 to 65535" },
  "ssl-mode": { use: oneOf(SSL_MODES), default: "verify-full" },
  "ssl-root-cert": { use: "CA certificates as PEM text, or the path of a PEM file" }
};
var ONE_SERVER_INPUTS = { ...SERVER_INPUTS, port: { ...SERVER_INPUTS.port, default: "5432" } };
function tlsFrom(inputs, signIn2, hosts) {
  return all({
    mode() {
      const mode = inputs.orDefault("ssl-mode", choice(SSL_MODES));
      if (mode !== "disable" || signIn2().type === "password" && hosts().every(isLoopback)) return mode;
      return inputs.mistake("ssl-mode", UNENCRYPTED);
    },
    rootCertificates: () => inputs.optional("ssl-root-cert", rootCertificates)
  });
}
var UNENCRYPTED = sentence`\`ssl-mode\`: \`disable\` sends everything unencrypted. It requires \`password\` and a loopback \`host\` (\`localhost\`, \`127.0.0.1\` or \`::1\`). Use \`verify-full\` or \`verify-ca\`.`;

// src/settings/sign-in.ts
var ENTRA_AUTH_TYPES = ["oidc", "client-secret", "managed-identity", "azure-cli"];
var AUTH_TYPES = [...ENTRA_AUTH_TYPES, "password"];
var ENTRA_SIGN_IN_INPUTS = {
  "auth-type": { use: oneOf(ENTRA_AUTH_TYPES) },
  "client-id": { use: "the application (client) ID of the Entra application, a GUID" },
  "tenant-id": { use: "the ID of the Entra tenant, a GUID, or one of its domain names" },
  "client-secret": { ...SECRET_INPUT, use: "the secret of the service principal" },
  environment: { use: oneOf(Object.keys(CLOUDS)), default: "azurecloud" },
  user: { use: "the PostgreSQL name of the role to sign in as" }
};
var SIGN_IN_INPUTS = {
  ...ENTRA_SIGN_IN_INPUTS,
  "auth-type": { use: oneOf(AUTH_TYPES) },
  password: { ...SECRET_INPUT, use: "the PostgreSQL password of `user`" }
};
function signInFrom(inputs) {
  const chosen = inputs.optional("auth-type", choice(AUTH_TYPES));
  if (inputs.isSet("password") && inputs.isSet("client-secret")) {
    inputs.mistake("password", inOurWords("`password` and `client-secret` are both set. Remove one of them."));
  }
  const type = chosen ?? (inputs.isSet("password") ? "password" : void 0);
  if (type !== "password") return entraSignInFrom(inputs, type);
  return { type, password: inputs.required("password", secret, requiredBy(type, inputs)) };
}
function cloudFrom(inputs) {
  return CLOUDS[inputs.orDefault("environment", cloudName)];
}
function entraSignInFrom(inputs, chosen = inputs.optional("auth-type", choice(ENTRA_AUTH_TYPES))) {
  const type = chosen ?? (inputs.isSet("client-secret") ? "client-secret" : "oidc");
  const required = requiredBy(type, inputs);
  const application = {
    clientId: () => inputs.required("client-id", clientId, required),
    tenantId: () => inputs.required("tenant-id", tenantId, required)
  };
  const clientSecret = () => inputs.required("client-secret", secret, required);
  switch (type) {
    case "oidc":
      return { type, ...all(application) };
    case "client-secret":
      return { type, ...all({ ...application, clientSecret }) };
    case "managed-identity":
      return { type, clientId: inputs.optional("client-id", clientId) };
    case "azure-cli":
      return { type };
  }
}
function requiredBy(type, inputs) {
  if (inputs.isSet("auth-type")) return code(`auth-type: ${type}`);
  return type === "oidc" ? sentence`${code("auth-type: oidc")} (the default)` : code(type);
}

// src/settings/inputs.ts
var INPUTS = {
  ...SIGN_IN_INPUTS,
  "app-connection": {
    use: "the connection settings of one app, as Service Connector provides them: a connection string (JDBC, URI, libpq or Npgsql), `KEY=value` lines, or the JSON of `az \u2026 connection list-configuration`",
    secrets: secretsInAppConnection
  },
  ...SERVER_INPUTS,
  host: {
    use: "one or more server names, one per line, such as `my-server` or `my-server.postgres.database.azure.com`"
  },
  ...DEMAND_INPUTS,
  "grants-file": { use: "the path of a YAML file in the workspace" },
  undeclared: { use: oneOf(UNDECLARED), default: "ignore" },
  mode: { use: oneOf(MODES), default: "apply", neverEmpty: true },
  "drift-issue": BOOLEAN,
  "github-token": { ...SECRET_INPUT, use: "a GitHub token that can write issues. Omit it to use the job's own" }
};
function parseSettings(env, file) {
  return readInputs(INPUTS, env, (inputs) => settingsFrom(inputs, file), file?.mistakes);
}
function settingsFrom(explicit, file) {
  const cloud = () => cloudFrom(explicit);
  const signIn2 = () => signInFrom(explicit);
  const toHosts = hostNames(() => cloud().hostSuffix, CONNECTION_STRINGS);
  const connection = () => explicit.optional("app-connection", (text) => oneOfEach(readAppConnection(text)));
  const inputs = explicit.withContentsOf("app-connection", () => {
    const { host, port: port2, database, user: grantee } = connection() ?? {};
    return { host, port: port2, database, grantee };
  });
  const hosts = () => inputs.required("host", toHosts);
  const servers = () => {
    const { all: found2, ...how } = all({
      all: hosts,
      port: () => inputs.optional("port", port) ?? DEFAULT_PORT,
      tls: () => tlsFrom(inputs, signIn2, hosts)
    });
    return found2.map((host) => ({ host, ...how }));
  };
  const grants = () => {
    if (file === void 0) return [grantFrom(inputs, signIn2)];
    ifValid(() => checkBesideFile(inputs, () => connection()?.user, signIn2));
    return grantsIn(file.entries, inputs, signIn2);
  };
  const { connection: _, ...settings } = all({
    mode: () => inputs.orDefault("mode", choice(MODES)),
    signIn: signIn2,
    cloud,
    connection,
    servers,
    user: () => inputs.required("user", name2),
    grants,
    undeclared: () => inputs.orDefault("undeclared", choice(UNDECLARED)),
    // The token is read only when there is an issue to keep.
    driftIssue: () => inputs.orDefault("drift-issue", boolean) ? { token: inputs.required("github-token", secret, code("drift-issue: true")) } : void 0
  });
  return settings;
}
async function grantsFileIn(env) {
  const path = textIn(env, "grants-file").trim();
  if (path === "") return void 0;
  const name3 = secretsIn(INPUTS, env).some((secret2) => path.includes(secret2)) ? "grants-file" : path;
  try {
    const text = readInWorkspace(path, env.GITHUB_WORKSPACE ?? "");
    return readGrantsFile(text, name3, await Promise.resolve().then(() => __toESM(require("./yaml.cjs"), 1)), INPUTS, Object.keys(GRANT_INPUTS));
  } catch (error2) {
    if (!(error2 instanceof Invalid)) throw error2;
    const problem = sentence`${code("grants-file")}: ${code(name3)} ${error2.problem}.`;
    const { remedy = EMPTY } = error2.details;
    return { entries: [], mistakes: [{ name: "grants-file", problem: paragraph(problem, remedy) }] };
  }
}
function checkBesideFile(inputs, user, signIn2) {
  const beside = (input) => {
    const remedy = input === "app-connection" ? SET_INSTEAD : inOurWords("Remove it.");
    const problem = sentence`${code(input)} names grantees, but the entries of ${code("grants-file")} have them. ${remedy}`;
    return inputs.mistake(input, problem);
  };
  all({
    grantee: () => inputs.isSet("grantee") && beside("grantee"),
    user: () => user() !== void 0 && beside("app-connection"),
    database: () => inputs.optional("database", names2),
    demand: () => demandFrom(inputs, () => beside("grantee-object-id"), signIn2)
  });
}
var SET_INSTEAD = inOurWords("Set `host` and `database` instead.");
var DEFAULT_PORT = 5432;
var CONNECTION_STRINGS = inOurWords("Connection strings go in `app-connection`.");
function oneOfEach(parts) {
  const isSeveral = Object.values(parts).some((value) => /[\r\n]/.test(value)) || isPattern(parts.database ?? "");
  if (!isSeveral) return parts;
  throw new Invalid(inOurWords("contains a name with a line break, or a database with `*`"));
}

// src/main.ts
async function run3(env = process.env, signal = new AbortController().signal) {
  const startedAt = /* @__PURE__ */ new Date();
  maskInputs(INPUTS, env);
  const settings = await readSettings(env);
  const result = "code" in settings ? { ...NOT_STARTED, error: settings } : await onServers(settings, env, signal);
  const report = { ...result, run: runFacts(startedAt, env) };
  publish(report, env);
  if ("code" in settings || settings.driftIssue === void 0) return;
  await keepDriftIssues(report, { ...settings.driftIssue, env, signal });
}
async function readSettings(env) {
  try {
    return parseSettings(env, await grantsFileIn(env));
  } catch (error2) {
    return diagnose(error2);
  }
}
var NOT_STARTED = { version: 1, mode: "apply", verdict: "error", databases: [] };
async function onServers(settings, env, signal) {
  const run4 = { settings, password: signIn(settings, env, signal), signal };
  const reports = await pLimit(SERVERS_AT_ONCE).map(settings.servers, (server) => reconcileServer(run4, server));
  const databases = reports.flat();
  const verdict = worst(databases.map((database) => database.verdict));
  const { mode, undeclared } = settings;
  return { version: 1, mode, ...undeclared !== "ignore" && { undeclared }, verdict, databases };
}
var SERVERS_AT_ONCE = 8;

// src/start.ts
function start(action, grace = 0) {
  const stopping = new AbortController();
  const { signal } = stopping;
  for (const name3 of ["SIGINT", "SIGTERM"])
    process.on(name3, () => setTimeout(() => stopping.abort(cancelled(name3)), grace));
  for (const event of ["uncaughtException", "unhandledRejection"])
    process.on(event, (thrown) => stopping.abort(thrown instanceof Error ? thrown : new Error(String(thrown))));
  process.stdout.on("error", () => {
  });
  action(process.env, signal).catch(fail).finally(() => {
    if (signal.aborted && !process.exitCode) fail(signal.reason);
    process.stdout.write("", () => process.exit());
  });
}
function fail(error2) {
  setFailed(failureLines(diagnose(error2)).join("\n"));
}

// src/index.ts
start(run3);
