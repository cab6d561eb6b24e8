/** Reads QR codes from frames of a camera. */
export type Decode = (frame: HTMLVideoElement) => Promise<string | undefined>;

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const WIDTH_MAX = 960;

/** The browser's own detector where there is one; else a decoder that is only fetched then. */
export async function decoder(): Promise<Decode> {
  const Native = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (Native && (await Native.getSupportedFormats().catch(() => [] as string[])).includes('qr_code')) {
    const detector = new Native({ formats: ['qr_code'] });
    return async (frame) => (await detector.detect(frame))[0]?.rawValue;
  }
  const { default: decodeQR } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const pixels = canvas.getContext('2d', { willReadFrequently: true });
  return async (frame) => {
    const scale = Math.min(1, WIDTH_MAX / frame.videoWidth);
    canvas.width = Math.round(frame.videoWidth * scale);
    canvas.height = Math.round(frame.videoHeight * scale);
    if (!pixels || canvas.width === 0) return undefined;
    pixels.drawImage(frame, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(pixels.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      // No code in this frame.
      return undefined;
    }
  };
}
