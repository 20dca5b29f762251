// Solves beside the page, which stays quick.
import { solve, type Work } from "../state/work"

self.onmessage = ({ data }: MessageEvent<Work>) => self.postMessage(solve(data))
