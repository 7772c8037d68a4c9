"""Reads a message and prints it as JSON, with its attachments in files beside it: read_mail.py FILE."""

import email
import email.policy
import hashlib
import json
import pathlib
import sys

path = pathlib.Path(sys.argv[1])
message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
assert not message.defects, message.defects
attachments = []
for part in message.iter_attachments():
    content = part.get_payload(decode=True)
    file = path.with_name(f"{path.stem}-{part.get_filename()}")
    file.write_bytes(content)
    attachments.append({
        "name": part.get_filename(),
        "type": part.get_content_type(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "file": str(file),
    })
headers = ["subject", "from", "to", "message-id", "auto-submitted", "date"]
print(json.dumps({
    **{name: message[name] and str(message[name]) for name in headers},
    "text": message.get_body(("plain",)).get_content(),
    "attachments": attachments,
}))
