-- Who gave an account, changed it or took it away: another account. What was done at the terminal of the machine, or by
-- a guest of a demo, has no author. No other event has one: an incident never says which account took it down.

ALTER TABLE event ADD COLUMN author BLOB REFERENCES account (id) CHECK (author IS NULL OR fact = 'account');
