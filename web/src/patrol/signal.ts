/** Sound and vibration: what a crew must notice with the tablet on the dashboard. */

export type Signal = "mission" | "prompt" | "help" | "tap";

/** Vibration, on and off in turn, in milliseconds. */
const BUZZ: Record<Signal, number[]> = {
  mission: [400, 150, 400, 150, 400],
  prompt: [250, 120, 250],
  help: [800],
  tap: [30],
};
/** Tones one after the other, in hertz. */
const TONES: Record<Signal, number[]> = {
  mission: [660, 880, 660, 880],
  prompt: [880, 880],
  help: [440, 660, 880],
  tap: [],
};
const TONE_S = 0.18;

let audio: AudioContext | null = null;

/** A browser makes no sound before the person has touched the page: call it from a touch. */
export function allowSound(): void {
  try {
    audio ??= new AudioContext();
    void audio.resume();
  } catch {
    audio = null;
  }
}

export function signal(what: Signal, withSound: boolean): void {
  // Without a touch before it a browser refuses to vibrate, and says so in its console.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZ[what]);
  if (!withSound || audio === null || audio.state !== "running") return;
  TONES[what].forEach((hertz, index) => tone(audio, hertz, index * TONE_S * 1.3));
}

function tone(context: AudioContext | null, hertz: number, afterS: number): void {
  if (context === null) return;
  const from = context.currentTime + afterS;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "square";
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0.0001, from);
  gain.gain.exponentialRampToValueAtTime(0.25, from + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, from + TONE_S);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + TONE_S);
}
