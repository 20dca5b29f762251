package sites

// Texts are the words of a site in the languages the chat window speaks. What is empty is said in the
// words for all languages, and where those are empty in the product's own.
type Texts struct {
	EN Text `json:"en,omitzero"`
	ZH Text `json:"zh-CN,omitzero"`
}

// Text is what a site says in one language.
type Text struct {
	Title    string `json:"title,omitempty"`
	Greeting string `json:"greeting,omitempty"`
	Away     string `json:"away,omitempty"`
	Hint     string `json:"hint,omitempty"`
}

// cleaned returns the text normalised; check is told what is wrong with each field.
func (t Text) cleaned(check func(field, problem string)) Text {
	t = Text{Title: OneLine(t.Title), Greeting: Paragraphs(t.Greeting), Away: Paragraphs(t.Away), Hint: OneLine(t.Hint)}
	check("title", length(t.Title, 0, maxTitle))
	check("greeting", length(t.Greeting, 0, maxGreeting))
	check("away", length(t.Away, 0, maxAway))
	check("hint", length(t.Hint, 0, maxHint))
	return t
}

// applyTexts puts what a change says in words on a site.
func (c Change) applyTexts(s *Site, check func(field, problem string)) {
	all := Text{Title: s.Title, Greeting: s.Greeting, Away: s.Away, Hint: s.Hint}
	for _, asked := range []struct{ to, from *string }{
		{&all.Title, c.Title}, {&all.Greeting, c.Greeting}, {&all.Away, c.Away}, {&all.Hint, c.Hint},
	} {
		if asked.from != nil {
			*asked.to = *asked.from
		}
	}
	all = all.cleaned(check)
	s.Title, s.Greeting, s.Away, s.Hint = all.Title, all.Greeting, all.Away, all.Hint
	if c.Texts == nil {
		return
	}
	in := func(language string) func(field, problem string) {
		return func(field, problem string) { check("texts."+language+"."+field, problem) }
	}
	s.Texts = Texts{EN: c.Texts.EN.cleaned(in("en")), ZH: c.Texts.ZH.cleaned(in("zh-CN"))}
}
