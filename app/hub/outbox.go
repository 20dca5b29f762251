package hub

// A batch is what one socket write carries: enough to make a burst cheap, little enough that
// the first of it is not late.
const (
	batchFrames = 128
	batchBytes  = 64 << 10
)

// item is one encoded frame. The bytes are shared by all its receivers and never changed.
type item struct {
	data         []byte
	kind         string
	conversation int64
	version      int64
	list         int64
	droppable    bool
	anew         bool
	patient      bool
}

// limits bound what may wait for one socket.
type limits struct{ bytes, frames int }

// outbox is what waits for one socket, oldest first. Rules: what is undroppable is kept or
// refused, never lost; droppable frames may fill half of the room and make way for others.
type outbox struct {
	items []item
	bytes int
}

// add takes it in if there is room. It returns how many droppable frames were lost by that
// and whether the outbox still holds all that must not be lost: if not, the socket is too slow.
func (o *outbox) add(it item, l limits) (lost int, ok bool) {
	if it.droppable {
		if o.fits(it, limits{bytes: l.bytes / 2, frames: l.frames / 2}) {
			o.append(it)
			return 0, true
		}
		o.replace(it)
		return 1, true
	}
	if !o.fits(it, l) {
		lost = o.shed(it, l)
	}
	if !o.fits(it, l) {
		return lost, false
	}
	o.append(it)
	return lost, true
}

// fits: an empty outbox takes a frame of any size, or one large frame would never arrive.
func (o *outbox) fits(it item, l limits) bool {
	return len(o.items) == 0 || len(o.items) < l.frames && o.bytes+len(it.data) <= l.bytes
}

func (o *outbox) append(it item) {
	o.items = append(o.items, it)
	o.bytes += len(it.data)
}

// replace puts it where the newest waiting frame of its kind and conversation stands, if that
// is no smaller: the newer of the two is worth more, and the outbox must not grow by it.
func (o *outbox) replace(it item) {
	for i := len(o.items) - 1; i >= 0; i-- {
		old := &o.items[i]
		if old.droppable && old.kind == it.kind && old.conversation == it.conversation {
			if len(it.data) <= len(old.data) {
				o.bytes += len(it.data) - len(old.data)
				*old = it
			}
			return
		}
	}
}

// shed drops droppable frames, oldest first, until it fits.
func (o *outbox) shed(it item, l limits) (lost int) {
	kept := o.items[:0]
	for i, old := range o.items {
		frames := len(kept) + len(o.items) - i
		over := frames >= l.frames || o.bytes+len(it.data) > l.bytes
		if old.droppable && over {
			o.bytes -= len(old.data)
			lost++
			continue
		}
		kept = append(kept, old)
	}
	clear(o.items[len(kept):])
	o.items = kept
	return lost
}

// take appends the next batch to buf, as it is when it is one frame and as a JSON array when
// it is more, and removes it. A single frame is returned itself: shared, not to be reused.
func (o *outbox) take(buf []byte) (batch []byte, shared bool) {
	n, size := 0, 0
	for n < len(o.items) && n < batchFrames && (n == 0 || size+len(o.items[n].data) <= batchBytes) {
		size += len(o.items[n].data)
		n++
	}
	if n == 1 {
		batch, shared = o.items[0].data, true
	} else {
		batch = append(buf, '[')
		for i, it := range o.items[:n] {
			if i > 0 {
				batch = append(batch, ',')
			}
			batch = append(batch, it.data...)
		}
		batch = append(batch, ']')
	}
	o.bytes -= size
	o.discard(n)
	return batch, shared
}

// discard removes the first n. An empty outbox gives its room back: most sockets are idle.
func (o *outbox) discard(n int) {
	clear(o.items[:n])
	o.items = o.items[n:]
	if len(o.items) == 0 {
		o.items = nil
	}
}

// keep drops what keep refuses, in place.
func (o *outbox) keep(keep func(item) bool) {
	kept := o.items[:0]
	for _, it := range o.items {
		if keep(it) {
			kept = append(kept, it)
		} else {
			o.bytes -= len(it.data)
		}
	}
	clear(o.items[len(kept):])
	o.items = kept
}
