/** MQTT packs a packet's length into at most four bytes [MQTT-2.2.3]. */
const LENGTH_BYTES = 4;

/**
 * Reads nothing but the lengths of a client's frames as its bytes pass, so that a frame too long is known from its
 * first five bytes, before anything was buffered for it.
 */
export interface FrameGuard {
  /** False from the first frame on that is longer than allowed, or whose length is no MQTT length. */
  accept(chunk: Uint8Array): boolean;
  /** Frames that have begun since this was last asked. */
  begun(): number;
  /** Frames that begin from now on may be this long, their fixed header not counted. */
  allow(maxBytes: number): void;
}

/** @param maxBytes allowed at first, bytes a frame without its fixed header */
export const createFrameGuard = (maxBytes: number): FrameGuard => {
  let allowed = maxBytes;
  let bodyLeft = 0;
  let lengthBytesRead = -1;
  let length = 0;
  let broken = false;
  let frames = 0;
  return {
    begun: () => {
      const count = frames;
      frames = 0;
      return count;
    },
    allow: (bytes) => {
      allowed = bytes;
    },
    accept: (chunk) => {
      let at = 0;
      while (!broken && at < chunk.length) {
        if (bodyLeft > 0) {
          const step = Math.min(bodyLeft, chunk.length - at);
          bodyLeft -= step;
          at += step;
        } else if (lengthBytesRead < 0) {
          lengthBytesRead = 0;
          length = 0;
          frames++;
          at++;
        } else {
          const byte = chunk[at++]!;
          length += (byte & 0x7f) * 128 ** lengthBytesRead++;
          if ((byte & 0x80) === 0) {
            lengthBytesRead = -1;
            bodyLeft = length;
            broken = length > allowed;
          } else broken = lengthBytesRead === LENGTH_BYTES || length > allowed;
        }
      }
      return !broken;
    },
  };
};
