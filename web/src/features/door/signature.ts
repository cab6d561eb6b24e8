export interface PublicKey {
  kid: string;
  x: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

export function base64url(text: string): Bytes {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

/** Checks an Ed25519 signature: by the browser where it can, else by a library that is only fetched then. */
export async function isSignedBy(
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const raw = base64url(key.x);
  try {
    const imported = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', imported, signature as Bytes, message as Bytes);
  } catch {
    const { verifyAsync } = await import('@noble/ed25519');
    try {
      return await verifyAsync(signature, message, raw, { zip215: false });
    } catch {
      return false;
    }
  }
}
