"""Money: whole smallest units of a currency, and how people write amounts in files."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from kefu.core.errors import Invalid

_KNOWN = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS "
    "UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
)
_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
CURRENCIES = frozenset(_KNOWN.split())
NO_DECIMALS = frozenset(_WITHOUT.split())
THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
MOST = 10**15
"""No amount has more of its smallest units; sums of a hundred lines still fit the database."""


def decimals_of(currency: str) -> int:
    """How many figures after the point the currency has."""
    if currency in NO_DECIMALS:
        return 0
    return 3 if currency in THREE_DECIMALS else 2


def check_currency(currency: str, *, field: str = "currency") -> None:
    if currency not in CURRENCIES:
        raise Invalid(
            f"{currency!r} is no currency: use its three letters, like CNY.",
            field=field,
            code="unknown_currency",
            params={"value": currency},
        )


def smallest_units(written: str, currency: str, *, field: str) -> int:
    """An amount as people write it, `1,299.00` or `￥699`, in smallest units."""
    text = written.strip().lstrip("¥￥$€").replace(",", "").replace(" ", "")
    try:
        amount = Decimal(text).scaleb(decimals_of(currency))
        if not amount.is_finite() or abs(amount) > MOST:
            raise InvalidOperation
        if amount != amount.to_integral_value():
            raise Invalid(
                f"{written} has more decimals than {currency}.",
                field=field,
                code="too_many_decimals",
                params={"value": written, "currency": currency},
            )
    except InvalidOperation as error:
        raise Invalid(
            f"{written!r} is no amount.",
            field=field,
            code="bad_amount",
            params={"value": written},
        ) from error
    return int(amount)


def written(amount: int, currency: str) -> str:
    """An amount as people write it, without its sign of currency."""
    return f"{Decimal(amount).scaleb(-decimals_of(currency)):f}"
