import re

import pytest

from workorder.core.freemail import FREE_MAIL, is_free_mail
from workorder.core.message import normal_address


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "Hotmail.CO.UK", "yahoo.com.br", "gmx.de", "qq.com", "t-online.de", "live.nl"],
)
def test_a_domain_where_anybody_gets_a_mailbox_is_free_mail(domain: str) -> None:
    assert is_free_mail(domain)


@pytest.mark.parametrize("domain", ["gmail.com.", " GMAIL.com ", "mail.yahoo.co.jp"])
def test_spelling_and_subdomains_do_not_hide_free_mail(domain: str) -> None:
    assert is_free_mail(domain)


@pytest.mark.parametrize(
    "domain",
    ["acme.example", "notgmail.com", "gmail.com.acme.example", "google.com", "com", "co.uk", ""],
)
def test_a_company_s_own_domain_is_not_free_mail(domain: str) -> None:
    assert not is_free_mail(domain)


def test_every_entry_is_a_domain_in_the_form_that_is_looked_up() -> None:
    for domain in FREE_MAIL:
        assert normal_address(f"x@{domain}") == f"x@{domain}"
        assert re.fullmatch(r"[a-z0-9.-]+\.[a-z]{2,}", domain), domain


def test_the_list_is_long_enough_to_be_of_use() -> None:
    assert len(FREE_MAIL) > 200
