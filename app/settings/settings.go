// Package settings holds what an owner may change while the product runs: one typed struct, a row
// for each value that is not the default, and a copy in memory that every room reads for nothing.
package settings

// Settings is every setting with its value in force.
type Settings struct {
	Chat    Chat    `json:"chat"`
	Files   Files   `json:"files"`
	Members Members `json:"members"`
	Proof   Proof   `json:"proof"`
}

// Chat is what the core asks.
type Chat struct {
	RecallSeconds int `json:"recall_seconds"` // how long a message can be taken back; 0: never
	EditSeconds   int `json:"edit_seconds"`   // how long a text can be changed; 0: never
	MaxText       int `json:"max_text"`       // characters of a text message
	MaxGroup      int `json:"max_group"`      // members of a group
}

// Members is what the messenger asks. A group that needs approval is made when an owner of the server agrees.
type Members struct {
	Registration string `json:"registration" enum:"open,invite,closed"` // who may become a member
	Groups       bool   `json:"groups"`                                 // members may make groups
	Approval     bool   `json:"approval"`                               // of new groups
	MaxCreated   int    `json:"max_created"`                            // groups one owns
	MaxJoined    int    `json:"max_joined"`                             // groups one is in
	MaxFriends   int    `json:"max_friends"`
}

// Files is what uploads ask.
type Files struct {
	MaxImageMB    int `json:"max_image_mb"`
	MaxFileMB     int `json:"max_file_mb"`
	MaxMegapixels int `json:"max_megapixels"` // checked before a picture is decoded: that is what costs memory
}

// Default is what holds where nobody changed anything.
func Default() Settings {
	return Settings{
		Chat:  Chat{RecallSeconds: 120, EditSeconds: 900, MaxText: 4000, MaxGroup: 500},
		Files: Files{MaxImageMB: 10, MaxFileMB: 50, MaxMegapixels: 40},
		// A server that answers visitors takes in strangers only when somebody decides so.
		Members: Members{Registration: "closed", Groups: true, MaxCreated: 10, MaxJoined: 100, MaxFriends: 1000},
		Proof:   Proof{Mode: ProofOff},
	}
}

// Change names the settings to change, within these ranges; what it leaves out stays. The longest text
// still fits into a request, and the largest picture into the memory of a small machine.
type Change struct {
	Chat struct {
		RecallSeconds *int `json:"recall_seconds,omitempty" minimum:"0" maximum:"86400"`
		EditSeconds   *int `json:"edit_seconds,omitempty" minimum:"0" maximum:"604800"`
		MaxText       *int `json:"max_text,omitempty" minimum:"100" maximum:"20000"`
		MaxGroup      *int `json:"max_group,omitempty" minimum:"3" maximum:"10000"`
	} `json:"chat,omitempty"`
	Files struct {
		MaxImageMB    *int `json:"max_image_mb,omitempty" minimum:"1" maximum:"100"`
		MaxFileMB     *int `json:"max_file_mb,omitempty" minimum:"1" maximum:"1024"`
		MaxMegapixels *int `json:"max_megapixels,omitempty" minimum:"1" maximum:"100"`
	} `json:"files,omitempty"`
	Members struct {
		Registration *string `json:"registration,omitempty" enum:"open,invite,closed"`
		Groups       *bool   `json:"groups,omitempty"`
		Approval     *bool   `json:"approval,omitempty"`
		MaxCreated   *int    `json:"max_created,omitempty" minimum:"0" maximum:"1000"`
		MaxJoined    *int    `json:"max_joined,omitempty" minimum:"1" maximum:"10000"`
		MaxFriends   *int    `json:"max_friends,omitempty" minimum:"1" maximum:"10000"`
	} `json:"members,omitempty"`
	Proof struct {
		Mode      *string `json:"mode,omitempty" enum:"off,work,service"`
		ScriptURL *string `json:"script_url,omitempty" maxLength:"1000"`
		VerifyURL *string `json:"verify_url,omitempty" maxLength:"1000"`
		SiteKey   *string `json:"site_key,omitempty" maxLength:"1000"`
		Secret    *string `json:"secret,omitempty" maxLength:"1000"` // empty takes it away
	} `json:"proof,omitempty"`
}

// rows names the row of each setting. in is where it stands in Settings; put sets it there to what a change asks
// for, and tells whether the change asks for anything.
var rows = []struct {
	name string
	in   func(*Settings) any
	put  func(*Settings, Change) bool
}{
	{"chat.recall_seconds", func(s *Settings) any { return &s.Chat.RecallSeconds }, func(s *Settings, c Change) bool { return put(&s.Chat.RecallSeconds, c.Chat.RecallSeconds) }},
	{"chat.edit_seconds", func(s *Settings) any { return &s.Chat.EditSeconds }, func(s *Settings, c Change) bool { return put(&s.Chat.EditSeconds, c.Chat.EditSeconds) }},
	{"chat.max_group", func(s *Settings) any { return &s.Chat.MaxGroup }, func(s *Settings, c Change) bool { return put(&s.Chat.MaxGroup, c.Chat.MaxGroup) }},
	{"chat.max_text", func(s *Settings) any { return &s.Chat.MaxText }, func(s *Settings, c Change) bool { return put(&s.Chat.MaxText, c.Chat.MaxText) }},
	{"files.max_image_mb", func(s *Settings) any { return &s.Files.MaxImageMB }, func(s *Settings, c Change) bool { return put(&s.Files.MaxImageMB, c.Files.MaxImageMB) }},
	{"files.max_file_mb", func(s *Settings) any { return &s.Files.MaxFileMB }, func(s *Settings, c Change) bool { return put(&s.Files.MaxFileMB, c.Files.MaxFileMB) }},
	{"files.max_megapixels", func(s *Settings) any { return &s.Files.MaxMegapixels }, func(s *Settings, c Change) bool { return put(&s.Files.MaxMegapixels, c.Files.MaxMegapixels) }},
	{"members.registration", func(s *Settings) any { return &s.Members.Registration }, func(s *Settings, c Change) bool { return put(&s.Members.Registration, c.Members.Registration) }},
	{"members.groups", func(s *Settings) any { return &s.Members.Groups }, func(s *Settings, c Change) bool { return put(&s.Members.Groups, c.Members.Groups) }},
	{"members.approval", func(s *Settings) any { return &s.Members.Approval }, func(s *Settings, c Change) bool { return put(&s.Members.Approval, c.Members.Approval) }},
	{"members.max_created", func(s *Settings) any { return &s.Members.MaxCreated }, func(s *Settings, c Change) bool { return put(&s.Members.MaxCreated, c.Members.MaxCreated) }},
	{"members.max_joined", func(s *Settings) any { return &s.Members.MaxJoined }, func(s *Settings, c Change) bool { return put(&s.Members.MaxJoined, c.Members.MaxJoined) }},
	{"members.max_friends", func(s *Settings) any { return &s.Members.MaxFriends }, func(s *Settings, c Change) bool { return put(&s.Members.MaxFriends, c.Members.MaxFriends) }},
	{"proof.mode", func(s *Settings) any { return &s.Proof.Mode }, func(s *Settings, c Change) bool { return put(&s.Proof.Mode, c.Proof.Mode) }},
	{"proof.script_url", func(s *Settings) any { return &s.Proof.ScriptURL }, func(s *Settings, c Change) bool { return put(&s.Proof.ScriptURL, c.Proof.ScriptURL) }},
	{"proof.verify_url", func(s *Settings) any { return &s.Proof.VerifyURL }, func(s *Settings, c Change) bool { return put(&s.Proof.VerifyURL, c.Proof.VerifyURL) }},
	{"proof.site_key", func(s *Settings) any { return &s.Proof.SiteKey }, func(s *Settings, c Change) bool { return put(&s.Proof.SiteKey, c.Proof.SiteKey) }},
	{"proof.secret", func(s *Settings) any { return &s.Proof.Secret }, func(s *Settings, c Change) bool { return put(&s.Proof.Secret, c.Proof.Secret) }},
}

// put sets a value that is asked for.
func put[T any](to, asked *T) bool {
	if asked != nil {
		*to = *asked
	}
	return asked != nil
}
