package notify

// Look wakes the worker, which a moved clock does not.
func (s *Service) Look() { s.look() }
