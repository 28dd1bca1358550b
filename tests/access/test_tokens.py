"""Tokens of an issuer: good ones are read, forged ones refused; its keys come over HTTP."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from zyra.access.refusals import TokenRefused
from zyra.access.tokens import FRESH_S, SOONEST_S, TokenCheck, fetch_json
from zyra.core.errors import TransferError

AUDIENCE = "zyra"
OWN = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)

pytestmark = pytest.mark.anyio


@dataclass
class Issuer:
    """An OpenID Connect issuer on loopback: its documents, and how often they were asked for."""

    url: str = ""
    documents: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        usual = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "maria",
            "iat": now,
            "exp": now + 300,
            "scope": "run:process jobs:read openid",
        }
        return {name: value for name, value in (usual | changed).items() if value is not None}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    found = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            body = json.dumps(found.documents.get(self.path)).encode()
            self.send_response(200 if self.path in found.documents else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        found.documents = {
            "/.well-known/openid-configuration": {
                "issuer": found.url,
                "jwks_uri": f"{found.url}/keys",
            },
            "/keys": {"keys": [published(OWN, "own", "RS256"), published(CURVE, "curve", "ES256")]},
        }
        yield found
        server.shutdown()
        thread.join()


def published(key: Any, key_id: str, algorithm: str) -> dict[str, Any]:
    makers = {"RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm}
    public = json.loads(makers[algorithm].to_jwk(key.public_key()))
    return {**public, "kid": key_id, "alg": algorithm, "use": "sig"}


def signed(claims: Mapping[str, Any], **changed: Any) -> str:
    usual: dict[str, Any] = {"key": OWN, "algorithm": "RS256", "headers": {"kid": "own"}}
    return jwt.encode(dict(claims), **(usual | changed))


async def test_a_good_token_says_who_it_speaks_for_and_what_it_allows(issuer: Issuer) -> None:
    holder = await TokenCheck(issuer.url, AUDIENCE).holder(signed(issuer.claims()))
    assert holder.subject == "maria"
    assert holder.scopes == {"run:process", "jobs:read", "openid"}


async def test_keys_on_curves_and_scopes_as_lists_are_understood(issuer: Issuer) -> None:
    claims = issuer.claims(scope=None, scp=["files:read"])
    token = signed(claims, key=CURVE, algorithm="ES256", headers={"kid": "curve"})
    assert (await TokenCheck(issuer.url, AUDIENCE).holder(token)).scopes == {"files:read"}


FORGED: dict[str, Callable[[Issuer], str]] = {
    "no signature": lambda i: signed(i.claims(), key=None, algorithm="none"),
    "another key under the issuer's id": lambda i: signed(i.claims(), key=FOREIGN),
    "a key that the issuer does not publish": lambda i: signed(
        i.claims(), key=FOREIGN, headers={"kid": "foreign"}
    ),
    "no key id": lambda i: signed(i.claims(), headers={}),
    "the public key as a shared secret": lambda i: public_key_as_secret(i.claims()),
    "another issuer": lambda i: signed(i.claims(iss="http://127.0.0.1:1")),
    "another audience": lambda i: signed(i.claims(aud="grafana")),
    "expired": lambda i: signed(i.claims(exp=int(time.time()) - 60)),
    "not yet valid": lambda i: signed(i.claims(nbf=int(time.time()) + 300)),
    "without expiry": lambda i: signed(i.claims(exp=None)),
    "without subject": lambda i: signed(i.claims(sub=None)),
    "changed after signing": lambda i: changed(signed(i.claims())),
    "the key in its own header": lambda i: signed(
        i.claims(), key=FOREIGN, headers={"kid": "x", "jwk": published(FOREIGN, "x", "RS256")}
    ),
    "keys at an address of its own": lambda i: signed(
        i.claims(), key=FOREIGN, headers={"kid": "own", "jku": "http://127.0.0.1:1/keys"}
    ),
    "the wrong kind of token": lambda i: signed(
        i.claims(), headers={"kid": "own", "typ": "logout+jwt"}
    ),
    "an algorithm of another key": lambda i: signed(
        i.claims(), key=CURVE, algorithm="ES256", headers={"kid": "own"}
    ),
    "no token at all": lambda i: "a.b.c",
    "too long": lambda i: signed(i.claims(more="x" * 20_000)),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_token_is_refused(issuer: Issuer, forge: Callable[[Issuer], str]) -> None:
    check = TokenCheck(issuer.url, AUDIENCE)
    assert await check.holder(signed(issuer.claims()))
    with pytest.raises(TokenRefused):
        await check.holder(forge(issuer))


async def test_keys_are_fetched_once_for_many_tokens(issuer: Issuer) -> None:
    check = TokenCheck(issuer.url, AUDIENCE)
    for _ in range(5):
        await check.holder(signed(issuer.claims()))
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_invented_key_ids_do_not_ask_the_issuer_again_and_again(issuer: Issuer) -> None:
    now = [1000.0]
    check = TokenCheck(issuer.url, AUDIENCE, clock=lambda: now[0])
    for number in range(20):
        with pytest.raises(TokenRefused):
            await check.holder(signed(issuer.claims(), headers={"kid": str(number)}))
    assert issuer.asked.count("/keys") == 1


async def test_a_new_key_of_the_issuer_is_found(issuer: Issuer) -> None:
    now = [1000.0]
    check = TokenCheck(issuer.url, AUDIENCE, clock=lambda: now[0])
    await check.holder(signed(issuer.claims()))
    issuer.documents["/keys"]["keys"].append(published(FOREIGN, "new", "RS256"))
    now[0] += SOONEST_S + 1
    token = signed(issuer.claims(), key=FOREIGN, headers={"kid": "new"})
    assert (await check.holder(token)).subject == "maria"


async def test_an_issuer_that_is_away_is_no_fault_of_the_token(issuer: Issuer) -> None:
    token = signed(issuer.claims())
    issuer.documents.clear()
    with pytest.raises(TransferError, match="answers 404"):
        await TokenCheck(issuer.url, AUDIENCE).holder(token)


async def test_known_keys_serve_while_the_issuer_is_away(issuer: Issuer) -> None:
    now = [1000.0]
    check = TokenCheck(issuer.url, AUDIENCE, clock=lambda: now[0])
    await check.holder(signed(issuer.claims()))
    issuer.documents.clear()
    now[0] += FRESH_S + 1
    assert (await check.holder(signed(issuer.claims()))).subject == "maria"


async def test_documents_of_somebody_else_are_refused(issuer: Issuer) -> None:
    issuer.documents["/.well-known/openid-configuration"]["issuer"] = "http://127.0.0.1:1"
    with pytest.raises(TransferError, match="says that its issuer is"):
        await TokenCheck(issuer.url, AUDIENCE).holder(signed(issuer.claims()))


def test_a_host_that_is_not_there_is_told() -> None:
    with pytest.raises(TransferError, match="cannot be fetched"):
        fetch_json("http://127.0.0.1:1/keys")


def changed(token: str) -> str:
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    again = base64.urlsafe_b64encode(json.dumps(claims | {"scope": "admin"}).encode())
    return ".".join((head, again.rstrip(b"=").decode(), signature))


def public_key_as_secret(claims: Mapping[str, Any]) -> str:
    """PyJWT refuses to make such a token, so it is made by hand."""
    secret = OWN.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    parts = [json.dumps({"alg": "HS256", "kid": "own"}), json.dumps(dict(claims))]
    text = b".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in parts)
    mac = hmac.new(secret, text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()
