/** A run of so many characters of a secret, in any form, is a leak. */
const RUN = 12;

/** What a peer can make of a secret that it repeats: as it is, in JSON, percent-encoded, and in Base64. */
export function formsOf(secret: string): readonly string[] {
  const percent = [encodeURIComponent(secret), `${new URLSearchParams({ "": secret })}`.slice(1)];
  const base64 = [Buffer.from(secret).toString("base64"), ...[0, 1, 2].map((at) => withinBase64(secret, at))];
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    ...percent,
    ...percent.map((form) => form.replaceAll(/%../g, (hex) => hex.toLowerCase())),
    ...base64,
    ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}

/** The part of a longer text's Base64 that is the same, whatever stands beside the secret. */
function withinBase64(secret: string, start: number): string {
  const [zeros, ones] = [0, 0xff].map((byte) => {
    const beside = Buffer.alloc(3, byte);
    return Buffer.concat([beside.subarray(0, start), Buffer.from(secret), beside]).toString("base64");
  });
  const same = [...(zeros ?? "")].map((letter, at) => (ones?.[at] === letter ? letter : " "));
  return same.join("").replaceAll("=", " ").trim();
}

/** The runs of a secret in a text. */
export function leaksIn(text: string, secret: string): readonly string[] {
  const runs = formsOf(secret).flatMap((form) =>
    Array.from({ length: Math.max(form.length - RUN + 1, 0) }, (_, at) => form.slice(at, at + RUN)),
  );
  return [...new Set(runs)].filter((run) => text.includes(run));
}
