package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"runtime"
	"time"

	"ichat/app/web"
)

// debugReads bounds what a scrape may ask of the database.
const debugReads = 2 * time.Second

// debugAddr refuses an address that others than this machine could reach.
func debugAddr(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("ICHAT_DEBUG_ADDR must look like 127.0.0.1:6060, not %q", addr)
	}
	if ip, err := netip.ParseAddr(host); host == "localhost" || err == nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("ICHAT_DEBUG_ADDR must be an address of this machine only, such as 127.0.0.1:6060, not %q", addr)
}

// debug serves /metrics and the profiler on the loopback address until ctx ends.
func (a *App) debug(ctx context.Context) error {
	l, err := web.Listen(a.Config.DebugAddr)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", a.getMetrics)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-ctx.Done()
		server.Close()
	}()
	err = server.Serve(l)
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	<-done
	return err
}

func (a *App) getMetrics(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), debugReads)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	a.metrics(ctx, w)
}

// metrics writes what this node counts in Prometheus' text form. What needs the database is left out while
// that does not answer.
func (a *App) metrics(ctx context.Context, w io.Writer) {
	one := func(name, kind, help string, value int64) {
		fmt.Fprintf(w, "# HELP ichat_%s %s\n# TYPE ichat_%s %s\nichat_%s %d\n", name, help, name, kind, name, value)
	}
	statements, writes := a.DB.Counted()
	work, sockets := a.Desk.Work(), a.Hub.Stats()
	one("sockets", "gauge", "Open sockets of this node.", int64(a.Hub.Sockets()))
	one("sockets_slow_total", "counter", "Sockets closed because they fell behind.", int64(sockets.Slow))
	one("frames_dropped_total", "counter", "Droppable frames that did not fit.", int64(sockets.Dropped))
	one("queries_total", "counter", "Statements this node sent to the database.", statements)
	one("writes_total", "counter", "Writes that were kept.", writes)
	one("assignments_total", "counter", "Tickets this node's dispatcher handed out.", work.Assigned)
	one("dispatch_queries_total", "counter", "Statements of this node's dispatcher.", work.Queries)
	if waiting, err := a.Desk.Waiting(ctx); err == nil {
		one("tickets_waiting", "gauge", "Visitors who wait, on all sites.", waiting)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	one("heap_bytes", "gauge", "Heap in use.", int64(memory.HeapInuse))
	one("goroutines", "gauge", "Goroutines.", int64(runtime.NumGoroutine()))
}
