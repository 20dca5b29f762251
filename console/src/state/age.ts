/** ageOf is how warm a wait has become: 0 quiet, below a minute; 3 too long, from eight minutes. */
export function ageOf(waitedMs: number): 0 | 1 | 2 | 3 {
  const minutes = waitedMs / 60_000
  if (minutes < 1) return 0
  if (minutes < 3) return 1
  return minutes < 8 ? 2 : 3
}
