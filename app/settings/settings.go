// Package settings holds what an owner may change while the product runs: one typed struct, a row
// for each value that is not the default, and a copy in memory that every room reads for nothing.
package settings

// Settings is every setting with its value in force.
type Settings struct {
	Chat  Chat  `json:"chat"`
	Files Files `json:"files"`
}

// Chat is what the core asks.
type Chat struct {
	RecallSeconds int `json:"recall_seconds"` // how long a message can be taken back; 0: never
	EditSeconds   int `json:"edit_seconds"`   // how long a text can be changed; 0: never
	MaxText       int `json:"max_text"`       // characters of a text message
	MaxGroup      int `json:"max_group"`      // members of a group
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
}

// rows names the row of each setting, and where it stands in Settings and in Change.
var rows = []struct {
	name  string
	in    func(*Settings) *int
	asked func(Change) *int
}{
	{"chat.recall_seconds", func(s *Settings) *int { return &s.Chat.RecallSeconds }, func(c Change) *int { return c.Chat.RecallSeconds }},
	{"chat.edit_seconds", func(s *Settings) *int { return &s.Chat.EditSeconds }, func(c Change) *int { return c.Chat.EditSeconds }},
	{"chat.max_group", func(s *Settings) *int { return &s.Chat.MaxGroup }, func(c Change) *int { return c.Chat.MaxGroup }},
	{"chat.max_text", func(s *Settings) *int { return &s.Chat.MaxText }, func(c Change) *int { return c.Chat.MaxText }},
	{"files.max_image_mb", func(s *Settings) *int { return &s.Files.MaxImageMB }, func(c Change) *int { return c.Files.MaxImageMB }},
	{"files.max_file_mb", func(s *Settings) *int { return &s.Files.MaxFileMB }, func(c Change) *int { return c.Files.MaxFileMB }},
	{"files.max_megapixels", func(s *Settings) *int { return &s.Files.MaxMegapixels }, func(c Change) *int { return c.Files.MaxMegapixels }},
}
