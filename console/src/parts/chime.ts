// Two short tones for what cannot wait. A browser that allows no sound yet stays silent.

const notes = [880, 1175]
const lasts = 0.16

let audio: AudioContext | undefined

export function chime(): void {
  try {
    audio ??= new AudioContext()
    if (audio.state === "suspended") void audio.resume().catch(() => undefined)
    notes.forEach((pitch, i) => tone(audio!, pitch, audio!.currentTime + i * lasts))
  } catch {
    // no sound in this browser: the notice is there all the same
  }
}

function tone(on: AudioContext, pitch: number, at: number): void {
  const voice = on.createOscillator()
  const volume = on.createGain()
  voice.frequency.value = pitch
  volume.gain.setValueAtTime(0.0001, at)
  volume.gain.exponentialRampToValueAtTime(0.15, at + 0.02)
  volume.gain.exponentialRampToValueAtTime(0.0001, at + lasts)
  voice.connect(volume).connect(on.destination)
  voice.start(at)
  voice.stop(at + lasts)
}
