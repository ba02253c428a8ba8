import type { Tone } from './sound.js';

/** Two soft notes, a fifth apart: heard across a room, borne for a night. */
const NOTES = [
  { hertz: 659, atS: 0 },
  { hertz: 988, atS: 0.16 },
] as const;
const NOTE_S = 0.28;
const LOUDNESS = 0.22;

/** The tone, made by the browser itself: no file, nothing asked of any host. */
export const createTone = (): Tone => {
  let context: AudioContext | undefined;
  const own = (): AudioContext | undefined => {
    try {
      return (context ??= new AudioContext());
    } catch {
      return undefined;
    }
  };
  return {
    isAllowed: () => own()?.state === 'running',
    async allow() {
      const audio = own();
      if (!audio) return false;
      await audio.resume().catch(() => undefined);
      return audio.state === 'running';
    },
    play() {
      const audio = own();
      if (!audio) return;
      for (const { hertz, atS } of NOTES) {
        const start = audio.currentTime + atS;
        const oscillator = audio.createOscillator();
        const gain = audio.createGain();
        oscillator.type = 'sine';
        oscillator.frequency.value = hertz;
        gain.gain.setValueAtTime(0, start);
        gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
        gain.gain.exponentialRampToValueAtTime(0.0001, start + NOTE_S);
        oscillator.connect(gain).connect(audio.destination);
        oscillator.start(start);
        oscillator.stop(start + NOTE_S);
      }
    },
  };
};
