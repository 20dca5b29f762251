package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"ichat/app/fault"
	"ichat/app/web"
)

const (
	// formAround is what a form may have beside its one file.
	formAround = 64 << 10

	// A way that brings nothing for stalled is given up, and so is one that is too slow in all.
	stalled   = 30 * time.Second
	inAll     = 15 * time.Minute
	sendInAll = 15 * time.Minute

	// sealed keeps a file from doing anything but being looked at, whatever a browser takes it for.
	sealed = "default-src 'none'; sandbox; frame-ancestors 'none'"
)

// Routes adds the upload, the links and what they lead to.
func (s *Service) Routes(w *web.Server) {
	w.Raw(web.Anyone, http.MethodPost, "/api/files", s.postFile, web.PerPerson(0.5, 30), web.Upload[File]("Upload a file", "file"))
	w.Raw(web.Member, http.MethodPost, "/api/faces", s.postFace, web.PerPerson(0.1, 20), web.Upload[FaceFile]("Upload a picture to show a person or a group by", "file"))
	web.Route(w, web.Anyone, http.MethodPost, "/api/files/{id}/links", "Addresses of a file", s.postLinks, web.PerPerson(10, 200))
	w.Raw(web.Public, http.MethodGet, "/files/{id}/{name}", s.getFile) // the signature decides
	w.Raw(web.Public, http.MethodHead, "/files/{id}/{name}", s.getFile)
	w.Raw(web.Public, http.MethodGet, "/faces/{id}/{sig}", s.getFace) // as above
}

// postFile streams the one file of a form to where it is kept.
func (s *Service) postFile(c echo.Context) error {
	part, err := s.upload(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	f, err := s.Upload(ctx, web.CallerOf(ctx).Person, part.FileName(), part)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, f)
}

func (s *Service) postFace(c echo.Context) error {
	part, err := s.upload(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	f, err := s.DrawFace(ctx, web.CallerOf(ctx).Person, part)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, f)
}

// upload is the one file of a form, to be read with patience and up to the limit.
func (s *Service) upload(c echo.Context) (*multipart.Part, error) {
	r := c.Request()
	limits := s.settings.Current().Files
	largest := int64(max(limits.MaxImageMB, limits.MaxFileMB))<<20 + formAround
	if r.ContentLength > largest {
		_, refusal := most(limits, false)
		return nil, refusal
	}
	body := &patient{r: r.Body, conn: http.NewResponseController(c.Response()), until: time.Now().Add(inAll)}
	r.Body = http.MaxBytesReader(c.Response(), body, largest)
	return theFile(r)
}

// theFile finds the part named file, which comes first.
func theFile(r *http.Request) (*multipart.Part, error) {
	refusal := fault.New(fault.Invalid, "the request is not valid").With("file", "is required")
	form, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "the request is not valid").With("Content-Type", "must be multipart/form-data")
	}
	part, err := form.NextPart()
	if errors.Is(err, io.EOF) {
		return nil, refusal
	}
	if err != nil {
		return nil, cut(err)
	}
	if part.FormName() != "file" {
		return nil, refusal
	}
	return part, nil
}

// patient reads a body as long as it keeps coming. The server's own time for a request is meant for
// small ones.
type patient struct {
	r     io.ReadCloser
	conn  *http.ResponseController
	until time.Time
}

func (p *patient) Read(b []byte) (int, error) {
	deadline := time.Now().Add(stalled)
	if deadline.After(p.until) {
		deadline = p.until
	}
	if err := p.conn.SetReadDeadline(deadline); err != nil {
		return 0, fmt.Errorf("patience with an upload: %w", err)
	}
	n, err := p.r.Read(b)
	if errors.Is(err, io.EOF) {
		// What follows is our own work; the server would take a late deadline for a client that left.
		if err := p.conn.SetReadDeadline(time.Time{}); err != nil {
			return n, fmt.Errorf("patience with an upload: %w", err)
		}
	}
	return n, err
}

func (p *patient) Close() error { return p.r.Close() }

type linksInput struct {
	ID int64 `path:"id"`
}

type linksOutput struct{ Body FileLinks }

func (s *Service) postLinks(ctx context.Context, in *linksInput) (*linksOutput, error) {
	l, err := s.Links(ctx, web.CallerOf(ctx).Person, in.ID)
	return &linksOutput{Body: l}, err
}

// getFile serves what a signed link leads to, whole or in ranges.
func (s *Service) getFile(c echo.Context) error {
	r := c.Request()
	ctx := r.Context()
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "there is nothing at this address")
	}
	variant := c.QueryParam("v")
	until, err := s.admit(id, variant, c.QueryParam("until"), c.QueryParam("sig"))
	if err != nil {
		return err
	}
	row, err := served(ctx, s.db.R, id) // it may have been recalled since the link was signed
	if err != nil {
		return err
	}
	size, err := s.blobs.Size(ctx, key(id, variant)) // before the header: afterwards there is no way to say that the store is away
	if err != nil {
		return err
	}
	row.head(c.Response().Header(), variant, until.Sub(s.now()))
	conn := http.NewResponseController(c.Response())
	if err := conn.SetWriteDeadline(time.Now().Add(sendInAll)); err == nil {
		defer func() { _ = conn.SetWriteDeadline(time.Time{}) }() // the connection may live on
	}
	body := &content{ctx: ctx, store: s.blobs, key: key(id, variant), size: size}
	defer body.close()
	http.ServeContent(c.Response(), r, "", time.Time{}, body)
	return body.err
}

// getFace serves a face. Its address never means another picture, so it may be kept for long.
func (s *Service) getFace(c echo.Context) error {
	r := c.Request()
	ctx := r.Context()
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || s.faceAddress(id) != r.URL.Path {
		return fault.New(fault.NotFound, "there is nothing at this address")
	}
	row, err := served(ctx, s.db.R, id)
	if err != nil {
		return err
	}
	size, err := s.blobs.Size(ctx, key(id, full))
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Type", row.Mime)
	h.Set("Content-Security-Policy", sealed)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // a shop shows the agent's face beside its launcher
	h.Set("Cache-Control", "public, max-age=2592000, immutable")
	body := &content{ctx: ctx, store: s.blobs, key: key(id, full), size: size}
	defer body.close()
	http.ServeContent(c.Response(), r, "", time.Time{}, body)
	return body.err
}

// head says what a browser may do with the file.
func (row fileRow) head(h http.Header, variant string, good time.Duration) {
	how, kind := "attachment", "application/octet-stream"
	if row.Kind == Image { // we drew it ourselves
		how, kind = "inline", row.Mime
		if variant == thumb {
			kind = row.ThumbMime
		}
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": row.Name}))
	h.Set("Content-Security-Policy", sealed)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", fmt.Sprintf("private, max-age=%d, immutable", int(good.Seconds())))
	h.Set("ETag", fmt.Sprintf(`"%d-%s"`, row.ID, variant))
}
