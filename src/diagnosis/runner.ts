import { dirname } from "node:path";
import { run } from "../model/failure.ts";
import { shell } from "./commands.ts";
import { EVERYWHERE, reasonIn, rulesFor } from "./rules.ts";

/**
 * What can go wrong on the runner's own machine, whatever the action was doing. Codes:
 * https://nodejs.org/api/errors.html#common-system-errors
 */
export const RUNNER = rulesFor(EVERYWHERE, {
  "runner-limit": [
    [
      "ENOSPC EDQUOT EFBIG ENOMEM EAI_MEMORY OUT_OF_MEM ERR_WORKER_OUT_OF_MEMORY ERR_MEMORY_ALLOCATION_FAILED EMFILE ENFILE EFILE ENOBUFS EADDRINUSE",
      /Array buffer allocation failed|Invalid (typed )?array (buffer )?length|getaddrinfo EBUSY|EADDRNOTAVAIL (?!127\.|0\.)\d+\.|spawn\b.* (EAGAIN|E2BIG)\b/i,
    ],
    (_context, { code, text }) =>
      `The runner, or the container of the job, ${reasonIn(`${code} ${text}`, {
        "has a full disk, or its user has reached a quota": /ENOSPC|EDQUOT|EFBIG/,
        "cannot start more processes, or its environment variables are too large for one": /E2BIG|EAGAIN/,
        "has no free port for another connection: too many are open, or its VPN is down": /ENOBUFS|EADDR|buffer space/,
        "cannot open more files and sockets": /E[MN]?FILE|EBUSY|open files/i,
        "has not enough memory": /./,
      })}.`,
    "See how much is used, in a step of the same job (on Linux):",
    run("df -h\nfree -m\nulimit -a\nss --summary"),
    "Free what is used up, give the runner, its container or its pod more of it, or run fewer jobs there at the same time. Then run the job again.",
    { retries: 1 },
  ],
  "runner-tls": [
    /no.(protocols|ciphers).available|no.cipher.(match|can.be)|library.has.no.ciphers|ssl.(command.)?section|SSL_CONF|ssl_do_config|unknown.cmd.name|(envelope|Provider|libcrypto|configuration file|DSO support) routines/i,
    "The settings of OpenSSL on this machine leave no version, no cipher or no algorithm of TLS to use: the lowest version is above the highest, or FIPS mode is on without its provider, for example.",
    "See the settings, in a step of the same job (on Linux). They are `--tls-min-v…`, `--tls-max-v…`, `--tls-cipher-list` and `--…-fips` of Node.js, and `MinProtocol`, `MaxProtocol`, `CipherString` and `providers` of OpenSSL:",
    run("env | grep -E 'NODE_OPTIONS|OPENSSL_'\ngrep -E 'Protocol|Cipher|provider|fips' /etc/ssl/openssl.cnf"),
    "Remove those that do not allow TLS 1.2 and TLS 1.3, and `OPENSSL_CONF` and `OPENSSL_MODULES` if they are for another version of OpenSSL.",
  ],
  "runner-file": [
    /\bE(?!CONN|TIME|HOST|NET|RROR)[A-Z]{2,}: [\w ,/-]+, [a-z_]+\b|Missing file at path|environment variable for file command/,
    "The runner, or the container of the job, has lost a file that the step needs, its user may not use the file, or the file system is read-only.",
    "See the files, their owner and their disk, in a step of the same job with `shell: bash`:",
    (_context, { text }) =>
      run(`cd ${shell(dirname(text.match(/(?<=['\s])(\/|\w:)[^']+/)?.[0] ?? "<directory>/x"))}`, "id\nls -la\ndf -h ."),
    "In a container job, run as the user that owns the files, and mount them writable: `container: { options: --user root }`.",
    "On a self-hosted runner, let no step or other job change the runner's `_work/_temp`. Then run the job again.",
  ],
});
