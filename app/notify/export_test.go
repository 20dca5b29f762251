package notify

// Look wakes the workers, which a moved clock does not.
func (s *Service) Look() {
	s.mails.look()
	s.pushes.look()
}
