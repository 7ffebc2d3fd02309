import { code, inOurWords, sentence, type Words } from "../model/sentence.ts";
import type { Context, Next } from "./rules.ts";
import type { Symptom } from "./symptoms.ts";

/** Words of what passes with time. */
export const PASSES =
  /(in progress|\bbeing (creat|updat|delet|modif|chang|process|provision|restor|upgrad|restart|used|access|initiali[sz]|mov|scal)\w*|(during|still|currently|is|are) (provision|updat|creat|delet|start|restart|upgrad|scal|initiali[sz])ing|not (yet |in an? )?ready|\bbusy\b|\b(re)?try( again| (the|this|your) [\w ]{1,20})? (later|in (a|\d))|again (later|in (a|\d))|temporarily|temporary (error|failure|problem|issue)|(currently|service|server|system) (is )?(unavailable|not available)|timed[- ]?out|timeout (expired|reached|exceeded|occurred|while|waiting)|deadline|overload|throttl|\binternal (server |service )?error|\btransient|maintenance|concurrent (update|modif|operation|write))\w*/i;

/** What general words mean, whoever says them, and the first steps that can help. The first that fits counts. */
const MEANINGS: Readonly<Record<string, readonly [words: RegExp, ...next: Next[]]>> = {
  "a limit is reached": [
    /(\bquotas?\b|\blimits?\b|too (many|long|large|big|quickly|fast|often)|\bmaximum\b|(?<!deadline |time-?out )exceed)\w*/i,
    "Run the job again later, and fewer jobs at the same time. If the message names a quota, ask for a higher one; if it names a length or a size, shorten what is too long.",
  ],
  "the service cannot do this at the moment": [PASSES, "Run the job again in a few minutes.", { retries: 2 }],
  "something has expired, or is not valid yet": [
    /((?<!(not|n.t|never|yet) )\bexpired\b|\bexpiry\b.{0,40} is earlier|not yet valid|no longer valid|valid time range|\blifetime\b|\bskew|in the (past|future)|out of date|\bstale\b)\w*/i,
    "Renew what the message names, such as a secret, a certificate or a sign-in. On a self-hosted runner, check the clock, too.",
  ],
  "this is not supported, or a version is too old or too new": [
    /((unrecognized|unknown|unexpected) (argument|option|parameter|command|flag|setting|configuration|keyword|field|feature|function|method|type|version)|unsupported|((can)?not|\w{2,6}n['’]t)( \w+)? support|(only|still) support|supported? only|no longer (support|accept|allow|available)|deprecated|obsolete|\bretired\b|incompatible|(not |un)implemented|please upgrade|versions? (older|earlier|lower|below)|syntax error|(or|and) (later|newer|higher|above)\b|(newer|older|later|minimum) version)\w*/i,
  ],
  "a permission is missing, or a policy or a setting forbids this": [
    /(denied|forbid|unauthori[sz]ed|((can)?not|\w{2,6}n['’]t) (been )?(authori[sz]ed|permitted|allow(ed)?|entitled|eligible|granted|approved)|disallow|\bby .{0,40}?polic|polic(y|ies) (do|block|forbid|prevent|require|of)|insufficient (?!data)|\bpermissions?\b|\bprivileges?\b|prohibit|restricted|not have (the )?(access|right|authori)|\brejected\b|must be (an? )?(owner|admin|member|superuser))\w*/i,
    "Ask the administrators of the service that refused this for the permission, or for an exception.",
  ],
  "something that it needs is disabled, blocked or not set up": [
    /(disabled|((can)?not|\w{2,6}n['’]t) (been )?(enabled|activated|active|registered|configured|set up|initiali[sz]ed|installed|running)|\bno [\w .-]{1,40}configured|suspended|\bblocked\b|\bbanned\b|revoked|\binactive\b|deactivated|(turned|switched) off|\bpaused\b|\bstopped\b|\blocked\b|been (deleted|removed)|archived|read-only)\w*/i,
    "Enable or set up what the message names, or ask the administrators of the service for it.",
  ],
  "values exclude each other, more than one thing fits, or something exists already": [
    /(only one of|\bnot both\b|mutually exclusive|((can)?not|\w{2,6}n['’]t) be (used|specified|combined|set|provided) (together|with|when)|in combination|ambiguous|((can)?not|\w{2,6}n['’]t) unique|\bmultiple\b|more than one|\bduplicated?\b|already (exist|present|in use|taken|assigned|used|defined|has|have|associated|set)|conflict)\w*/i,
  ],
  "a value that the request needs is missing or empty": [
    /(missing|\bempty\b|\bblank\b|\bnull\b(?! byte)|zero-length|((?<!can)not|\w{2,6}n['’]t) (been )?(provided|specified|supplied|given|set|sent|present|included|passed|contain)|\bno [\w .-]{1,40}(provided|specified|supplied|given|sent|included|passed)\b|must (be |have been )?(provide|specif|suppl|given|set\b|present|contain|include)(?!.*\b(not |in)valid)|(is|are|be) (required|necessary)\b(?! to\b)|required (\w+ )?(parameter|field|property|argument|value|input|header|claim|variable)|requires (an?|the|one)\b)\w*/i,
  ],
  "something that the request names does not exist": [
    /(((can)?not|\w{2,6}n['’]t) (be |been )?(found|located|resolved|recognized)|((can)?not|\w{2,6}n['’]t) exist|no such|\bunknown\b(?! (error|reason|exception))|(cannot|can.t|unable to|could not|couldn.t) (find|locate|resolve)|non-?existent|no longer exists|\bno [\w .-]{1,40}found\b|misspel)\w*/i,
    "Check the names and IDs in the message: those of the inputs of this step, and those of what was deleted or moved.",
  ],
  "a value is wrong, has the wrong form, or does not fit another value": [
    /(((can)?not|\w{2,6}n['’]t) (match|belong|correspond|equal)|mismatch|(for|from|to|against) (a different|another)\b|inconsistent|\bwrong\b|not the same|invalid(?! state)|malformed|((can)?not|\w{2,6}n['’]t) (an? )?(well-?formed|valid|proper|acceptable)|(cannot|could not|unable to|failed to) (be )?(pars|decod|deseriali|convert|validat)|bad (format|request|value)|incorrect|illegal|\breserved\b|must (be|start|begin|end|match|have|consist|only)\b|out of range|validation (failed|error)|\bexpected\b)\w*/i,
  ],
  "an unexpected fault, which the message does not explain": [
    /((unexpected|unhandled|unknown|unspecified|general|server|service) (error|failure|exception|fault)|(?<!\bnon-retryable )(error|exception|fault) (has |was |have )?(been )?(occurr|thrown|encounter|issuing)|went wrong)\w*(?!.*\bnon-retryable)/i,
    "Run the job again once. If the error persists, give the message and the time of this run to the support of the service that sent it.",
  ],
};

/** Names, addresses and codes, which can contain any word. */
const NAMES = /^.{0,99}HTTP status \d+\)?: |^([a-z]+_[a-z_]+|\w+): (?=AADSTS)|"[^"]*"|(?<!\w)'[^']*'|https?:\S+/g;

export const withoutNames = (text: string): string => text.replace(NAMES, " ");

/**
 * The answer to a refusal that only its words explain.
 * @param what what happened, without a full stop
 * @param usual the usual causes, for words without a meaning
 * @param first the steps that help whatever the words mean
 */
export function byItsWords(what: string, usual: string, ...first: Next[]) {
  return (_context: Context, { text }: Symptom): readonly [cause: Words, ...next: Next[]] => {
    const said = withoutNames(text).replace(/(?<=[a-z])(?=[A-Z])/g, " ");
    for (const [means, [words, ...next]] of Object.entries(MEANINGS)) {
      const found = said.match(words)?.[0];
      const cause = inOurWords(`${what}, for the reason in its message: ${means}`);
      const steps = words === PASSES ? [...next, ...first] : [...first, ...next];
      if (found !== undefined) return [sentence`${cause} (${code(found)}).`, ...steps];
    }
    return [`${what}, for the reason in its message, if it has one. The usual cause is ${usual}.`, ...first];
  };
}
