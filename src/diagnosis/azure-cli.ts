import { run } from "../model/failure.ts";
import { GET_TOKEN, shell } from "./commands.ts";
import { type Answer, type Context, type Rule, reasonIn, rulesFor } from "./rules.ts";
import { WITHOUT_CLI } from "./steps.ts";
import type { Symptom } from "./symptoms.ts";

const OWN_CLI_FILES = run('echo "AZURE_CONFIG_DIR=$RUNNER_TEMP/azure" >> "$GITHUB_ENV"');

/** What can go wrong with the Azure CLI itself, and with the account that is signed in to it. */
export const AZURE_CLI: readonly Rule[] = rulesFor("entra", {
  "cli-missing": [
    /["']az["'](?! command group)|\baz: ([a-z]+ )?(not found|nicht gefunden|introuvable|no encontrad)|Azure CLI (executable )?(could )?not (be )?(found|installed)|invoke the Azure CLI|\((127|9009)\)$|Exec format error/i,
    "The Azure CLI (`az`) is not on the runner's PATH, or not built for the runner's processor. A runner that was set up before `az` keeps its old PATH (in its file `.path`), and a container has a PATH of its own.",
    "Use `auth-type: oidc`, which does not need the Azure CLI.",
    "Or install the Azure CLI in the job's container or on the runner. On a self-hosted runner, then run `env.sh` and restart the runner: https://aka.ms/azure-cli",
  ],
  "cli-resources": [
    /No space left|enough space on|quota exceeded|File too large|Cannot allocate memory|MemoryError|not enough (memory|quota)|out of memory|paging file|system resources|Too many open files: '|\bKilled\b|^Terminated|Keyboard ?interrupt|\(SIG(KILL|TERM|INT|XFSZ)\)|\(1(30|37|43|53)\)|start new thread/i,
    "The runner has too little disk space or memory left for the Azure CLI, or may start no more processes. Or something on the runner ended the Azure CLI.",
    "Free what the message names (disk space, memory, processes, open files), or use a larger runner. If the message names nothing, see what the runner has too little of (on Linux):",
    run("df -h", "free -h", "ulimit -a"),
    WITHOUT_CLI,
  ],
  "cli-encryption": [
    // How MSAL's extensions word a failure of DPAPI, libsecret or Keychain.
    /Persistence(En|De)cryption|(Errno|WinError) -2146|WinError \d+\] : ''|[dD]ecryption failed(?! or bad| \(_ssl)|(en|de)crypt the|Key not valid|libsecret|gir1\.2-secret|module 'gi'|Keychain|freedesktop\.[Ss]ecret|D-Bus|keyring|CredWrite|msal_extensions\/(windows|osx|libsecret)/,
    "The Azure CLI cannot encrypt or decrypt its tokens: the system (DPAPI, libsecret, Keychain) gives this session no key, or another user or another machine wrote them.",
    "Before azure/login, turn the encryption off and give the job a directory of its own, in a step with `shell: bash`:",
    run('echo "AZURE_CORE_ENCRYPT_TOKEN_CACHE=false" >> "$GITHUB_ENV"', OWN_CLI_FILES),
    WITHOUT_CLI,
  ],
  "cli-files": [
    // How Python words a file that it cannot read, parse or lock. Other rules are for certificates and installed packages.
    /^(?!.*((Type|Attribute)Error: .*( argument|module '|(?<!'(NoneType|str|dict|list)') object has no attribute)|(?<!ca[\w.-]*)\.(pem|crt|cer|pfx|p12)'|Traceback \(msal\/(oauth2cli|authority|managed_identity)|authority configuration|(Errno|WinError) \d+\] [^'"]*['"][^'"]*(-packages|opt.az[\\/]|CLI2|ExtensionDirectory))).*(\[(Errno|WinError) -?\d+\] [^:'"[\]]*: ?['"]|(?<!connection: )\[Errno (2|5|9|11|13|16|17|20|21|26|30|35|36|37|40|116)\]|\[WinError (5|32|33)\]|cannot create directory|(?<!Error)\((0|1|5|11|13|30|32|33|35|37), ['"]|LockException|AlreadyLocked|another process|Persistence\w*(Error|NotFound):|Fail(ed)? to load or parse file \S*azureProfile|cloud '.*' is not registered\.(?! Resetting)|JSONDecodeError|(?<!JSON is invalid: )Expecting (value|property|',|':)|Extra data: line|Unterminated string|Ran out of input|invalid load key|UTF-8 BOM|unsupported pickle|get attribute '\w+' on <module 'msal|ARM_CLOUD_METADATA_URL|for this cloud is not set|authority you provided|should consist of an https url|codec can't decode|Failed to (load token files|(parse|decode) (file )?['A-Z/\\])|configparser|Duplicate(Option|Section)Error|MissingSectionHeader|While reading from|multiple accounts with the same|[Mm]ore than one token matches|cache contains multiple tokens|Traceback \((knack[\\/](config|output)|azure\/cli\/core\/(_profile|auth\/\w+)|msal(_extensions)?\/(token_cache|persistence|cache_lock))\.py\): (Key(?!Error: '(access_token|expires_in)')|Attribute|Type|Index|Value|Assertion)Error)/,
    unusableFile,
    WITHOUT_CLI,
    { retries: 1 }, // another job may have held the files
  ],
  "cli-not-signed-in": [
    [
      /az (cli )?login|az account set|active accounts|multiple subscriptions|Invalid certificate|deserialize key data|load PEM file|private key is encrypted|client_credential needs|(?<!ca[\w.-]*)\.(pem|crt|cer|pfx|p12)'|token from local cache|crypto\.Error|WsTrust|\bRSTR\b|\bMSIS\d|MSAL (token )?cache|No subscriptions? (were )?found|microsoftonline\.de\b|Response_Status|BrokerPlugin|accounts control|pymsalruntime|(?<!_)broker|Interaction(Required|Timeout)|wrong (issuer|audience)|04b07795-.* was not found|subscription (of )?'.*' (doesn't exist|has more than|(could )?not (be )?found)/i,
      "AADSTS12* AADSTS13* AADSTS14* AADSTS160* AADSTS165* AADSTS17003 AADSTS20* AADSTS24* AADSTS40* AADSTS50014 AADSTS50015 AADSTS50017 AADSTS5002* AADSTS5003* AADSTS5005* AADSTS50061 AADSTS50064 AADSTS5007* AADSTS5008* AADSTS50107 AADSTS50125 AADSTS50126 AADSTS50127 AADSTS50129 AADSTS5013* AADSTS50140 AADSTS50142 AADSTS50143 AADSTS50144 AADSTS50155 AADSTS50158 AADSTS50161 AADSTS50168 AADSTS50170 AADSTS50173 AADSTS50177 AADSTS50178 AADSTS50180 AADSTS50187 AADSTS50197 AADSTS50199 AADSTS500121 AADSTS500212 AADSTS500213 AADSTS51001 AADSTS51004 AADSTS51006 AADSTS54* AADSTS70000 AADSTS70008* AADSTS70016 AADSTS70019 AADSTS70043 AADSTS70044 AADSTS700003 AADSTS700005 AADSTS700020 AADSTS75* AADSTS76* AADSTS80* AADSTS81* AADSTS90072 AADSTS9008* AADSTS90101 AADSTS90119 AADSTS90120 AADSTS90123 AADSTS90125 AADSTS90126 AADSTS9002341",
    ],
    (_context, { text }) =>
      reasonIn(text, {
        "The identity provider of the account's domain (AD FS, for example) did not accept the account that is signed in to the Azure CLI: a rule there forbids the sign-in, the password is wrong, or the provider takes no password from a tool. The administrators find the reason in the logs of this provider or, by the correlation ID in the message, in the sign-in logs of Entra.":
          /WsTrust(?! endpoint)|RSTR|\bMSIS\d|claims? provider|(?<=^| )federat|AADSTS(50008\d?|5008\d|5010[78]|8000\d)\b/i,
        "The account that is signed in to the Azure CLI is not one of this tenant, or cannot be used in it: the tenant or the cloud is another one (`AzureGermanCloud` is closed), the account is a personal one, nobody invited it, or a policy of one of the two tenants forbids it (Entra admin center, `External Identities`, `Cross-tenant access settings`).":
          /AADSTS(50020|5003[34]|5017[78]|51004|50020\d|50021[23]|90072|9008[125-7]|16000)\b|wrong (issuer|audience)|04b07795-|microsoftonline\.de\b|MSA accounts/,
        "The sign-in of the account in the Azure CLI has expired or was revoked: it is limited in time, nobody used it for long, the account has a new password, or it is older than a Conditional Access policy of the tenant (sign-in frequency) allows.":
          /sign-in frequency|AADSTS(50078|50085|50089|5013[23]|50140|50173|54005|70000|70008\d?|7004[34])\b/,
        "The tenant asks the account that is signed in to the Azure CLI for multi-factor authentication, which only a person can do.":
          /AADSTS(5007[24679]|50158|50161|50170|500121)\b|require Multi-Factor/,
        "Entra does not accept the account that is signed in to the Azure CLI: the password is wrong or has expired, the account needs a person (for a new password, multi-factor authentication, a registered device), or the account is not allowed to use this service. The administrators of its tenant find the reason by the correlation ID or the error code in the message: Entra admin center, `Sign-in logs`.":
          /AADSTS\d/,
        "On Windows, the Azure CLI signs a user in through the account broker (WAM), which needs a person at the screen, or is not installed. `az config set core.enable_broker_on_windows=false` turns the broker off, before azure/login.":
          /Response_Status|BrokerPlugin|accounts control|pymsal|(?<!_)broker/i,
        "The certificate with which the Azure CLI signed in is gone, or is not a PEM file with a certificate and its RSA key, which must not be encrypted.":
          /certificate|key data|PEM |private key|client_credential|\.(pem|crt|cer|pfx|p12)'/i,
        "The account in the Azure CLI has no role in any subscription, or not in the one that the message names, no subscription is selected, or there are several with this name. A token for PostgreSQL needs no subscription.":
          /az account set|active accounts|accessible|subscriptions? (of |were |found|'|with)/i,
        "The Azure CLI's profile names an account whose credential is not in its cache: azure/login ran with a different `AZURE_CONFIG_DIR`, as another user or with a different version of the Azure CLI, or only a part of `~/.azure` was copied.":
          /local cache|MSAL (token )?cache/i,
        "The Azure CLI is not signed in for this job (a sign-in in another container, with `sudo` or with another `HOME` does not count), its sign-in has expired (after azure/login with OIDC, it lasts five minutes, AADSTS700024), or it needs a person, for example for multi-factor authentication.":
          /^/,
      }),
    "Use `auth-type: oidc`, which signs in by itself, as an application.",
    "Or run azure/login (as an application or a managed identity, not as a person) in the same job, right before this step, with the server's `tenant-id` and `environment`, and `subscription-id` or `allow-no-subscriptions: true`. If a runner has several jobs at once, first give the job files of its own, in a step with `shell: bash`:",
    OWN_CLI_FILES,
  ],
  "cli-no-answer": [
    /no answer within|Unexpected (token|end|output|non)|valid JSON|in JSON at|gave no token|to prompt for|^Command failed: az .*\(1\)$/,
    (_context, { text }) =>
      `The Azure CLI ${/^Command failed/.test(text) ? "ended with code 1 and printed nothing" : /JSON|output|gave no token/.test(text) ? "printed something other than a token, or nothing" : "waits for the network, a proxy, a person who answers a question, a keyring or a locked file, or is slow"}.`,
    "Run the same command in a step of the job, to see where it waits or what it prints:",
    GET_TOKEN,
    WITHOUT_CLI,
  ],
}).map((rule) => ({ ...rule, when: rule.when.map((match) => ({ ...match, signIn: "azure-cli" })) })); // others use its words

/** The Azure CLI's directory, and its files in another: https://learn.microsoft.com/cli/azure/azure-cli-configuration#cli-configuration-file */
const OWN_FILE =
  /[\\/]\.?az(ure|clitask)?([\\/]|$)|azureProfile|msal_|service_principal_|clouds\.config|az\.(json|sess)|versionCheck|commandIndex|(?<!kube)[\\/](config|telemetry|cliextensions)\b/i;

/** Why the Azure CLI cannot use a file: the path in its message says whose file it is. */
function unusableFile(_context: Context, { text }: Symptom): Answer {
  const [, path = "", file = ""] =
    text.match(/(?:(?:Errno|WinError) -?\d+\]|create directory) [^'"]*['"]([^'"]*?([^\\/'"]+))['"]/) ?? [];
  if (file !== "" && !OWN_FILE.test(path))
    return [
      "The Azure CLI cannot use the file or the directory that its message names, which is not one of its own. Usually a variable of the job names it, such as `SSLKEYLOGFILE`, `HOME` or `TMPDIR`.",
      "See which variable names it, and who may use it, in a step with `shell: bash`. Then remove or correct the variable, or create the directory:",
      run(`env | grep -F -e HOME= -e TMP -e ${shell(file)}`, `ls -ld ${shell(path)}`),
    ];
  const words = text.replace(/'(?!\/\.azure)[^']*[\\/][^']*'/g, ""); // without paths, which can contain any word
  return [
    `The Azure CLI cannot use its own files: ${reasonIn(words, {
      "the job's user has no home directory (`HOME` is `/`, as in a container), and may not write to `/`": /'\/\.azure/,
      "another job or sign-in uses them, too": /ore than one|multiple|Errno (11|35)\b|[Ll]ock(ed|Exc|ing)|another proc/,
      "they, or a variable, name a cloud that does not exist or is not complete": /(?<!')cloud\b|CLOUD|authority/,
      "the file system is read-only": /Read-only file system/,
      "they belong to another user, or another job is using them": /(Errno|WinError|\() ?(1|5|13)\b|ermission/,
      "they are damaged (another job can do that), have a wrong setting, or are from another version": /^/,
    })}.`,
    `${/(?<!')cloud\b|CLOUD|authority/.test(words) ? "Remove `ARM_CLOUD_METADATA_URL` and `AZURE_CLOUD_NAME`, if they are set. Then, right" : "Right"} before this step, give the job a directory of its own for these files, in a step with \`shell: bash\`, and run azure/login again:`,
    OWN_CLI_FILES,
  ];
}
