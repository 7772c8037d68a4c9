"""A mail server on loopback for the tests.

    mail_server.py FOLDER PORT [CERTIFICATE KEY USER PASSWORD]

Each message that it takes becomes FOLDER/<number>.eml; the file FOLDER/answer, while it is there, says what it
answers to a recipient instead of 250 (such as "550 5.1.1 no such mailbox"), or "stall", when it keeps the message
and never answers. With a certificate it wants STARTTLS and the password. It ends with its standard input.
"""

import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

folder, port, rest = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]


def answer():
    try:
        return (folder / "answer").read_text().strip()
    except FileNotFoundError:
        return ""


class Handler:
    taken = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        with (folder / "asked").open("a") as asked:
            print(address, file=asked)
        said = answer()
        if said and said != "stall":
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        Handler.taken += 1
        new = folder / f"{Handler.taken:03}.new"
        new.write_bytes(envelope.content)
        new.rename(folder / f"{Handler.taken:03}.eml")
        while answer() == "stall":
            await asyncio.sleep(0.05)
        return "250 OK"


def sign_in(server, session, envelope, mechanism, data):
    wanted = LoginPassword(rest[2].encode(), rest[3].encode())
    return AuthResult(success=data == wanted, handled=False)


async def main():
    options = {"hostname": "mail.example", "enable_SMTPUTF8": False}
    if rest:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(rest[0], rest[1])
        options |= {"tls_context": context, "require_starttls": True, "authenticator": sign_in}
        options |= {"auth_required": True, "auth_require_tls": True}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), loop=loop, **options), "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
