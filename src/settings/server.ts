import { sentence } from "../model/sentence.ts";
import type { SignIn, Tls } from "../model/settings.ts";
import { isLoopback } from "../text/host.ts";
import { all, type InputsOf } from "./reader.ts";
import { choice, oneOf, rootCertificates } from "./values.ts";

const SSL_MODES = ["verify-full", "verify-ca", "disable"] as const;

/** Inputs of an action that connects to a server. */
export const SERVER_INPUTS = {
  host: { use: "a server name, such as `my-server` or `my-server.postgres.database.azure.com`" },
  port: { use: "a number from 1 to 65535" },
  "ssl-mode": { use: oneOf(SSL_MODES), default: "verify-full" },
  "ssl-root-cert": { use: "CA certificates as PEM text, or the path of a PEM file" },
} as const;

/** The same for an action that has no other source of a port. */
export const ONE_SERVER_INPUTS = { ...SERVER_INPUTS, port: { ...SERVER_INPUTS.port, default: "5432" } } as const;

/** How to connect to these hosts with TLS. */
export function tlsFrom(
  inputs: InputsOf<typeof SERVER_INPUTS>,
  signIn: () => SignIn,
  hosts: () => readonly string[],
): Tls {
  return all({
    mode() {
      const mode = inputs.orDefault("ssl-mode", choice(SSL_MODES));
      if (mode !== "disable" || (signIn().type === "password" && hosts().every(isLoopback))) return mode;
      return inputs.mistake("ssl-mode", UNENCRYPTED);
    },
    rootCertificates: () => inputs.optional("ssl-root-cert", rootCertificates),
  });
}

const UNENCRYPTED = sentence`\`ssl-mode\`: \`disable\` sends everything unencrypted. It requires \`password\` and a loopback \`host\` (\`localhost\`, \`127.0.0.1\` or \`::1\`). Use \`verify-full\` or \`verify-ca\`.`;
