package notify

import (
	"context"
	"net/http"

	"ichat/app/fault"
	"ichat/app/id"
	"ichat/app/web"
	"ichat/storage"
)

// Notice is what a push tells a browser's service worker.
type Notice struct {
	ID     int64  `json:"id"` // the same for every try
	Ticket int64  `json:"ticket"`
	Title  string `json:"title"`
	Text   string `json:"text"`
	Lang   string `json:"lang"`
}

// PushDevice is a browser's subscription at its push service, as the browser tells it.
type PushDevice struct {
	Endpoint  string `json:"endpoint" minLength:"1" maxLength:"1000"`
	PublicKey string `json:"public_key" minLength:"1" maxLength:"128"` // its "p256dh"
	Secret    string `json:"secret" minLength:"1" maxLength:"32"`      // its "auth"
}

// pushRoutes are for members. A device belongs to the sign-in that registers it and ends with it.
func (s *Service) pushRoutes(w *web.Server) {
	web.Route(w, web.Member, http.MethodGet, "/api/push/key", "The key this server pushes with", s.getPushKey)
	web.Route(w, web.Member, http.MethodPut, "/api/push/device", "Push to this browser while the sign-in lasts", s.putDevice, web.PerPerson(0.5, 10))
	web.Route(w, web.Member, http.MethodDelete, "/api/push/device", "Push to this browser no more", s.deleteDevice)
}

type pushKeyOutput struct {
	Body struct {
		Key string `json:"key"`
	}
}

func (s *Service) getPushKey(context.Context, *struct{}) (*pushKeyOutput, error) {
	out := &pushKeyOutput{}
	out.Body.Key = s.identity.public
	return out, nil
}

type deviceInput struct{ Body PushDevice }

func (s *Service) putDevice(ctx context.Context, in *deviceInput) (*struct{}, error) {
	caller := web.CallerOf(ctx)
	return nil, s.Register(ctx, caller.Person, caller.Session, in.Body, web.Lang(ctx))
}

func (s *Service) deleteDevice(ctx context.Context, _ *struct{}) (*struct{}, error) {
	session := web.CallerOf(ctx).Session
	return nil, s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return dropDevices(ctx, tx, []string{session}) })
}

// Register keeps the browser of a sign-in; it replaces the one that was there. Faults: Invalid.
func (s *Service) Register(ctx context.Context, by int64, session string, p PushDevice, locale string) error {
	if !s.door.Admits(p.Endpoint) {
		return fault.New(fault.Invalid, "the request is not valid").With("endpoint", "must be the address of a push service")
	}
	d := deviceRow{Session: session, PersonID: by, Endpoint: p.Endpoint, EndpointHash: id.Hash(p.Endpoint),
		PublicKey: p.PublicKey, Secret: p.Secret, Locale: locale, CreatedAt: s.time()}
	if _, _, err := d.keys(); err != nil {
		return fault.New(fault.Invalid, "the request is not valid").With("public_key", "is not valid")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *storage.Tx) error { return saveDevice(ctx, tx, d) })
}
