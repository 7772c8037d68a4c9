/** The sounds of the room, made on the spot: nothing to load, nothing that a lost link could keep away. */

export type Sound = "sos" | "alert";

interface Tone {
  hertz: number;
  /** When it begins and how long it lasts, in seconds. */
  at: number;
  lasts: number;
  loudness: number;
}

/** Two tones a fourth apart that rise, as an alarm does; or one that falls, as a reminder. */
const TONES: Record<Sound, readonly Tone[]> = {
  sos: [0, 0.36, 0.72].flatMap((at) => [
    { hertz: 740, at, lasts: 0.16, loudness: 0.5 },
    { hertz: 988, at: at + 0.17, lasts: 0.16, loudness: 0.5 },
  ]),
  alert: [
    { hertz: 660, at: 0, lasts: 0.14, loudness: 0.22 },
    { hertz: 523, at: 0.16, lasts: 0.22, loudness: 0.22 },
  ],
};
/** A tone that begins at once clicks. */
const EDGE_S = 0.012;

export class Speaker {
  #context: AudioContext | null = null;

  /** A browser lets a page sound only once somebody has touched it: call from a gesture. */
  async wake(): Promise<boolean> {
    this.#context ??= new AudioContext();
    if (this.#context.state !== "running") await this.#context.resume();
    return this.ready;
  }

  get ready(): boolean {
    return this.#context?.state === "running";
  }

  play(sound: Sound): void {
    const context = this.#context;
    if (!context || !this.ready) return;
    for (const { hertz, at, lasts, loudness } of TONES[sound]) {
      const start = context.currentTime + at;
      const tone = new OscillatorNode(context, { type: "triangle", frequency: hertz });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(loudness, start + EDGE_S);
      volume.gain.setValueAtTime(loudness, start + lasts - EDGE_S);
      volume.gain.linearRampToValueAtTime(0, start + lasts);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + lasts);
    }
  }
}
