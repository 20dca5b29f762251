//go:build !faultlab

package hub

const dropsSilently = false

func dawdle() {}

func room(o Options) limits { return limits{bytes: o.QueueBytes, frames: o.QueueFrames} }
