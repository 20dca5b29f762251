package people

import (
	"context"
	"net/http"
	"time"

	"ichat/app/web"
)

// memberRoutes adds becoming a member of the messenger, and one's sign-ins.
func (s *Service) memberRoutes(w *web.Server) {
	web.Route(w, web.Public, http.MethodGet, "/api/im/registration", "Whether one can register: open, invite or closed", s.getRegistration)
	web.Route(w, web.Public, http.MethodPost, "/api/im/register", "Become a member of the messenger, and sign in", s.postRegister, web.PerAddress(0.1, 10))
	web.Route(w, web.Member, http.MethodPut, "/api/im/password", "Change one's password, which ends the other sign-ins", s.putPassword, web.PerPerson(0.1, 5))
	web.Route(w, web.Member, http.MethodGet, "/api/im/devices", "One's sign-ins, the latest first", s.getDevices)
	web.Route(w, web.Member, http.MethodDelete, "/api/im/devices", "End one's sign-ins on all other devices", s.deleteDevices, web.PerPerson(1, 10))
	web.Route(w, web.Member, http.MethodDelete, "/api/im/devices/{device}", "End a sign-in of one's own", s.deleteDevice, web.PerPerson(1, 20))
	web.Route(w, web.Member, http.MethodPost, "/api/admin/members/invitations", "Make a link by which one person may register", s.postMemberInvitation, web.PerPerson(1, 50))
}

type registrationOut struct {
	Body struct {
		Mode string `json:"mode" enum:"open,invite,closed"`
	}
}

func (s *Service) getRegistration(context.Context, *struct{}) (*registrationOut, error) {
	out := &registrationOut{}
	out.Body.Mode = s.registration()
	return out, nil
}

type registerIn struct{ Body Registration }

func (s *Service) postRegister(ctx context.Context, in *registerIn) (*sessionOut, error) {
	person, token, err := s.Register(ctx, in.Body, web.Lang(ctx))
	return s.signedIn(ctx, person, token, err)
}

type passwordIn struct {
	Body struct {
		Old      string `json:"old" maxLength:"1024"`
		Password string `json:"password" maxLength:"1024"`
	}
}

func (s *Service) putPassword(ctx context.Context, in *passwordIn) (*struct{}, error) {
	caller := web.CallerOf(ctx)
	return nil, s.ChangePassword(ctx, caller.Person, caller.Session, in.Body.Old, in.Body.Password)
}

type devicesOut struct {
	Body struct {
		Devices []Device `json:"devices"`
	}
}

func (s *Service) getDevices(ctx context.Context, _ *struct{}) (*devicesOut, error) {
	caller := web.CallerOf(ctx)
	out := &devicesOut{}
	var err error
	out.Body.Devices, err = s.Devices(ctx, caller.Person, caller.Session)
	return out, err
}

func (s *Service) deleteDevices(ctx context.Context, _ *struct{}) (*struct{}, error) {
	caller := web.CallerOf(ctx)
	return nil, s.EndOthers(ctx, caller.Person, caller.Session)
}

type deviceIn struct {
	Device string `path:"device" maxLength:"64"`
}

func (s *Service) deleteDevice(ctx context.Context, in *deviceIn) (*struct{}, error) {
	return nil, s.EndDevice(ctx, web.CallerOf(ctx).Person, in.Device)
}

type memberInvitationOut struct {
	Body struct {
		Link      string    `json:"link"`
		ExpiresAt time.Time `json:"expires_at"`
	}
}

func (s *Service) postMemberInvitation(ctx context.Context, _ *struct{}) (*memberInvitationOut, error) {
	out := &memberInvitationOut{}
	var err error
	out.Body.Link, out.Body.ExpiresAt, err = s.InviteMember(ctx, web.CallerOf(ctx).Person)
	return out, err
}
