const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

/** Reads base 45 (RFC 9285); `undefined` if the text is not that. */
export function base45(text: string): Uint8Array | undefined {
  if (text.length % 3 === 1) return undefined;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 3) {
    const [c = 0, d = 0, e = 0] = [...text.slice(at, at + 3)].map((letter) => ALPHABET.indexOf(letter));
    const isPair = at + 2 >= text.length;
    if (c < 0 || d < 0 || e < 0) return undefined;
    const value = isPair ? c + d * 45 : c + d * 45 + e * 2025;
    if (value > (isPair ? 0xff : 0xffff)) return undefined;
    if (!isPair) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return Uint8Array.from(bytes);
}
