-- What somebody shows beside a password: the secret of an authenticator, sealed; the last half minute whose code was
-- used; the SHA-256 of each recovery code that was not used yet, one after the other.

ALTER TABLE account ADD COLUMN totp BLOB CHECK (length(totp) = 48) CHECK (totp IS NULL OR password IS NOT NULL);
ALTER TABLE account ADD COLUMN totp_step INTEGER CHECK (totp_step >= 0) CHECK ((totp IS NULL) = (totp_step IS NULL));
ALTER TABLE account ADD COLUMN recovery BLOB
    CHECK (length(recovery) % 32 = 0 AND length(recovery) <= 320) CHECK ((totp IS NULL) = (recovery IS NULL));
