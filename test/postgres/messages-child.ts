/**
 * Sessions with a server that sends one message with a wrong body and ends: each message that a server may send, before
 * and after the sign-in. Prints how many sessions have ended; a parser that never returns ends none.
 */
import { createServer } from "node:net";
import { withSession } from "../../src/postgres/session.ts";
import { listen } from "../sandbox/http.ts";
import { framed } from "../sandbox/proxy.ts";
import { WELCOME } from "./stub-server.ts";

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
const LETTERS = [..."12ACDEGHIKNRSTVWZcdnstv"];
const BODIES = [
  Buffer.alloc(0),
  Buffer.from("M"),
  Buffer.from("Mwords"),
  Buffer.from("Mwords\0"),
  Buffer.alloc(4),
  Buffer.alloc(64, 0xff),
  Buffer.from([0, 0, 0, 10, 65]), // SASL, its list without an end
];

const messages = LETTERS.flatMap((letter) => BODIES.map((body) => framed(letter, body)));
const sessions = [...messages, ...messages.map((message) => Buffer.concat([WELCOME, message]))];
let answer: Buffer = Buffer.alloc(0);
const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => socket.end(answer));
});
const port = await listen(server);
const target = {
  server: { host: "127.0.0.1", port, tls: { mode: "disable" } },
  database: "app",
  user: "someone",
} as const;
let ended = 0;
for (answer of sessions) {
  await withSession(
    {
      ...target,
      password: async () => "password",
      patience: {
        firstWait: 1,
        maxTime: 0,
        answerTime: 1_000,
      },
    },
    (client) => client.query("SELECT 1"),
  ).catch(() => ended++);
}
server.close();
console.error(`${ended} of ${sessions.length} sessions ended with an error`);
