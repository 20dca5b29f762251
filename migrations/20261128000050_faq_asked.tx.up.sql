CREATE TABLE faq_asked (
  id BIGINT NOT NULL,
  day VARCHAR(10) NOT NULL,
  asked BIGINT NOT NULL,
  PRIMARY KEY (id, day)
);
