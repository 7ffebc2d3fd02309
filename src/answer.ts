/** In bytes, unpacked. An answer of Entra, Azure or GitHub has far less; a compressed one can unpack to a thousand times its size. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Bounds the memory that an answer over HTTP takes.
 * @param bytes how much of the answer has come so far, unpacked
 * @throws an error if that is too much
 */
export function boundAnswer(bytes: number): void {
  if (bytes > MAX_BYTES) throw new Error(`an answer of more than ${MAX_BYTES / 2 ** 20} MiB`);
}
