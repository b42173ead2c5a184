"""Signatures and seals of WeCom and official accounts, against wechatpy, which knows them too."""

import pytest
from fake_wechat import AES_KEY, APP_ID, CALLBACK_TOKEN, COMPANY, FakeOfficialAccount, FakeWeCom
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

from bot.channels.wechat_crypto import Envelope, ForgedError

OURS = Envelope(CALLBACK_TOKEN, AES_KEY, COMPANY)
THEIRS = PrpCrypto(WeChatCrypto(CALLBACK_TOKEN, AES_KEY, COMPANY).key)


@given(st.text())
def test_what_is_sealed_for_us_is_opened(message: str) -> None:
    assert OURS.open(THEIRS.encrypt(message, COMPANY).decode()) == message


@given(st.lists(st.text(st.characters(categories=("Ll", "Nd"))), min_size=3, max_size=3))
def test_what_is_signed_with_our_token_is_genuine(parts: list[str]) -> None:
    signer = WeChatSigner()
    signer.add_data(CALLBACK_TOKEN, *parts)
    OURS.check(signer.signature, *parts)


@pytest.mark.parametrize("signature", ["", "0" * 40, "签名"])
def test_another_signature_is_forged(signature: str) -> None:
    with pytest.raises(ForgedError):
        OURS.check(signature, "1", "2", "3")


def test_what_is_for_somebody_else_is_forged() -> None:
    with pytest.raises(ForgedError):
        OURS.open(THEIRS.encrypt("您好", APP_ID).decode())


@given(st.binary(max_size=200))
def test_whatever_is_no_seal_is_forged(anything: bytes) -> None:
    with pytest.raises(ForgedError):
        OURS.open(anything.decode("latin-1"))


@pytest.mark.parametrize(("server", "receiver"), [(FakeWeCom(), COMPANY), (FakeOfficialAccount(), APP_ID)])
def test_a_whole_callback(server: FakeWeCom | FakeOfficialAccount, receiver: str) -> None:
    query, body = server.sealed("li", MsgType="text", Content="您好")
    sealed = body.split("<![CDATA[")[1].split("]]>")[0]
    envelope = Envelope(CALLBACK_TOKEN, AES_KEY, receiver)
    envelope.check(query["msg_signature"], query["timestamp"], query["nonce"], sealed)
    assert "<Content>您好</Content>" in envelope.open(sealed)
