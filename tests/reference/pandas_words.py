"""Make the fixture of numbers and dates in text: what pandas reads of them.

`numbers` are columns in one notation. pandas has no notation but C's, so each word is replaced as its users do:
Unicode's forms of digits, spaces and signs become ASCII's (NFKC, and the minus sign, the en dash and the apostrophe,
which NFKC leaves), units and separators go, parentheses and a minus behind the number go in front. `to_numeric` reads
the rest. `dates` are columns in one order of day, month and year, read by `to_datetime` with the format of each word;
the values are days since 1970. `formats` are words with an explicit format of strptime.

A value is null where pandas reads none. `refused` are words that both refuse, alone and in C's notation or ISO 8601.

Not compared, as reszoo reads them otherwise:
- groups of odd lengths (`1,23`, `12,3456`): the replacement takes any comma for a separator, reszoo does not;
- `2024-02`, `Feb 2024`, `2024Q1`, `2024`: dates in pandas. As often they are seasons or codes; a format reads them;
- a two-digit year without a format: dateutil's century depends on the day on which it runs, reszoo's is POSIX's;
- `1e400`: infinite in pandas, no number in reszoo, as no float64 is near it;
- `$ -`, a zero of Excel's accounting format: a missing value in reszoo as in pandas, if --missing lists it.
"""
import re
import unicodedata

import numpy as np
import pandas as pd

from fixture_json import source, write

NBSP, NARROW, THIN, FIGURE, WIDE = "\u00a0", "\u202f", "\u2009", "\u2007", "\u3000"
MINUS, EN_DASH = "\u2212", "\u2013"


def number_of(word, decimal, thousands, unit):
    text = unicodedata.normalize("NFKC", word).replace(MINUS, "-").replace(EN_DASH, "-").replace("\u2019", "'")
    if unit:
        text = text.replace(unicodedata.normalize("NFKC", unit), "")
    text = text.replace(thousands, "") if thousands else text
    text = text.replace(decimal, ".").strip()
    text = re.sub(r"^([-+]?)\s*\(\s*(.*?)\s*\)$", r"\1-\2", text)
    text = re.sub(r"^(.*\d\.?)\s*-$", r"-\1", text)
    text = re.sub(r"^([-+])\s+", r"\1", text)
    value = pd.to_numeric(pd.Series([text]), errors="coerce")[0]
    return None if pd.isna(value) else float(value)


def numbers(name, words, decimal=".", thousands="", unit=""):
    return {"column": name, "decimal": decimal, "thousands": thousands, "unit": unit, "words": words,
            "values": [number_of(word, decimal, thousands, unit) for word in words]}


NUMBERS = [
    numbers("plain", ["1", "-2.5", "+3", " 4 ", "1e3", "2E-3", "1.5e+2", ".5", "-.25", "5.", "0", "-0", "0.1", "1e-300",
                      "12345678.125", "3.141592653589793", "123456789012345", "0.30000000000000004"]),
    numbers("minus signs", ["1.5", MINUS + "2.5", EN_DASH + "3", "- 4", "5.5-", "(6.5)", "( 7 )", "-8", "\uff0d9"]),
    numbers("full width", ["\uff11\uff12", "\uff11\uff0e\uff15", WIDE + "3" + WIDE, "4"]),
    numbers("spaces around", [NBSP + "1.5", "2.5" + NBSP, "\t3.5", NARROW + "4.5" + THIN, FIGURE + "5.5"]),
    numbers("comma", ["1,5", "-2,25", "3", "+4,0", "1,5e3", "0,125", ",5", "(7,25)", "8,5-", "1234,5678"], ","),
    numbers("english", ["1,234.50", "12,345", "-1,234,567.25", "950", "0.5", "(1,000.5)", "1,000-", "1,234.5e2"],
            thousands=","),
    numbers("indian", ["1,00,000.5", "12,34,567", "1,234", "99", "1,23,45,678"], thousands=","),
    numbers("german", ["1.234,50", "12.345", "-1.234.567,25", "950", "0,5", "(1.000,5)"], ",", "."),
    numbers("french", ["1 234,5", "12" + NBSP + "345,25", "1" + NARROW + "234" + NARROW + "567", "950", "0,5",
                       MINUS + "2" + THIN + "000,75", "3" + FIGURE + "000,5"], ",", " "),
    numbers("spaces and points", ["1 234.5", "12" + NBSP + "345", "0.25", "-7 000"], ".", " "),
    numbers("swiss", ["1'234.50", "12\u2019345.5", "950", "-1'000'000"], ".", "'"),
    numbers("dollars", ["$1,234.50", "-$5", "$-6", "$ 7", "($1,200.50)", "$(1,300.25)", "0", "+$8", "$9-", "$.5",
                        "$1,000,000"], thousands=",", unit="$"),
    numbers("wide yen", ["\uffe51,200", "\uffe5500", "-\uffe53,400.5"], thousands=",", unit="\uffe5"),
    numbers("euros", ["1.234,50 €", "5 €", "-6,5€", "€ 7", "€8,25", "1.000.000 €", "12" + NBSP + "€"], ",", ".", "€"),
    numbers("codes of currencies", ["USD 1,200.5", "USD -5", "USD7", "-USD 8.25"], thousands=",", unit="USD"),
    numbers("reais", ["R$ 1.234,56", "R$ 5", "-R$ 6,5"], ",", ".", "R$"),
    numbers("francs", ["CHF 1'234.50", "CHF 5", "CHF 7.05"], ".", "'", "CHF"),
    numbers("rupees", ["₹12,34,567", "₹1,234.5", "₹99"], thousands=",", unit="₹"),
    numbers("kronor", ["1 234,50 kr", "5 kr", "-12 345 kr"], ",", " ", "kr"),
    numbers("percent", ["12.5%", "12 %", "-3.25%", "(4%)", "1e2%", "100" + NBSP + "%"], unit="%"),
    numbers("percent with commas", ["12,5 %", "7 %", "-0,25 %"], ",", "", "%"),
    numbers("units", ["12 kg", "1.5kg", "-3 kg", "1e3 kg"], unit="kg"),
    numbers("degrees", ["21.5 °C", "-3 °C", MINUS + "7.25 °C"], unit="°C"),
]

NO_NUMBERS = ["", "-", "+", ".", ",", "a", "1a", "a1", "1 2", "1,2", "--5", "+-5", "1.2.3", "1..2", "5e", "e5", "1e+", "$5",
              "5%", "5 kg", "(5", "5)", "()", "0x1F", "0b1", "1/2", "1:30", "1;2", "½", "five", "1_000", "1 000", "n=3",
              "2024-01-01", "-(5)x", "1.5.", "٣"]


def dates(name, order, pairs):
    return {"column": name, "order": order, "words": [word for word, _ in pairs],
            "values": [days_of(word, form) for word, form in pairs]}


def days_of(word, form):
    moment = pd.to_datetime(word.strip(), format=form, utc=True, errors="coerce")
    if pd.isna(moment):
        return None
    units = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[moment.unit]
    return int(moment.tz_localize(None).asm8.astype(np.int64)) / (86400 * units)


ISO = "ISO8601"
DATES = [
    dates("iso", "ymd", [(word, ISO) for word in [
        "2024-02-29", "1969-12-31", "1900-03-01", "2024-02-29 13:45", "2024-02-29T13:45:10", "2024-02-29 13:45:10.5",
        "2024-02-29T13:45:10.123456", "2024-02-29T13:45:10.123456789Z", "2024-02-29T13:45Z", "2024-02-29T13:45:10+01:00",
        "2024-02-29 13:45:10-0530", "2024-02-29T13:45:10+05", "2024-02-29 00:00:00", "0001-01-01", "9999-12-31"]]),
    dates("iso without dashes", "ymd", [("20240229T134510", ISO), ("20240229T1345", ISO), ("20240229 134510", ISO),
                                        ("20240301T134510Z", ISO), ("20240301T134510.25+0100", ISO)]),
    dates("iso, other signs", "ymd", [("2024/02/29", "%Y/%m/%d"), ("2024/2/9", "%Y/%m/%d"), ("2024.02.29", "%Y.%m.%d"),
                                      ("2024-Feb-09", "%Y-%b-%d"), ("2024/02/29 13:45", "%Y/%m/%d %H:%M"),
                                      ("2024 Feb 29", "%Y %b %d"), ("2024/02/29 1:45 PM", "%Y/%m/%d %I:%M %p"),
                                      ("2024-02-29 13:45:10 UTC", "%Y-%m-%d %H:%M:%S %Z"),
                                      ("2024-02-29 13:45:10 +0100", "%Y-%m-%d %H:%M:%S %z")]),
    dates("day first", "dmy", [("29/02/2024", "%d/%m/%Y"), ("9/2/2024", "%d/%m/%Y"), ("29.02.2024", "%d.%m.%Y"),
                               ("29-02-2024", "%d-%m-%Y"), ("29.2.24", "%d.%m.%y"), ("31/12/1968", "%d/%m/%Y"),
                               ("31/12/68", "%d/%m/%y"), ("31/12/69", "%d/%m/%y"), ("29/02/2024 13:45", "%d/%m/%Y %H:%M"),
                               ("29/02/2024 13:45:10", "%d/%m/%Y %H:%M:%S"), ("29/02/2024 1:45 pm", "%d/%m/%Y %I:%M %p"),
                               ("29/02/2024, 13:45", "%d/%m/%Y, %H:%M"), ("29/02/2024 13:45:10.25", "%d/%m/%Y %H:%M:%S.%f"),
                               ("29.02.2024T13:45", "%d.%m.%YT%H:%M")]),
    dates("day and name", "dmy", [("29 February 2024", "%d %B %Y"), ("29 Feb 2024", "%d %b %Y"), ("29-Feb-2024", "%d-%b-%Y"),
                                  ("29-FEB-24", "%d-%b-%y"), ("9 may 2024", "%d %B %Y"), ("1-Sep-2024 06:30", "%d-%b-%Y %H:%M"),
                                  ("Thu, 29 Feb 2024", "%a, %d %b %Y"), ("Thursday, 29 February 2024", "%A, %d %B %Y"),
                                  ("Thu, 29 Feb 2024 13:45:10 +0100", "%a, %d %b %Y %H:%M:%S %z"),
                                  ("Thu, 29 Feb 2024 13:45:10 GMT", "%a, %d %b %Y %H:%M:%S %Z"),
                                  ("29Feb2024", "%d%b%Y"), ("29FEB2024:13:45:10", "%d%b%Y:%H:%M:%S")]),
    dates("month first", "mdy", [("02/29/2024", "%m/%d/%Y"), ("2/9/2024", "%m/%d/%Y"), ("2-29-24", "%m-%d-%y"),
                                 ("02/29/2024 1:45 PM", "%m/%d/%Y %I:%M %p"), ("02/29/2024 12:00 AM", "%m/%d/%Y %I:%M %p"),
                                 ("02/29/2024 12:30:15 PM", "%m/%d/%Y %I:%M:%S %p"), ("2/9/24 13:45", "%m/%d/%y %H:%M"),
                                 ("02/29/2024 01:45PM", "%m/%d/%Y %I:%M%p")]),
    dates("month by name", "mdy", [("Feb 29, 2024", "%b %d, %Y"), ("February 29 2024", "%B %d %Y"),
                                   ("Feb 9, 2024 1:45 PM", "%b %d, %Y %I:%M %p"), ("February 29, 2024", "%B %d, %Y"),
                                   ("Thursday, February 29, 2024", "%A, %B %d, %Y"), ("Feb-29-2024", "%b-%d-%Y"),
                                   ("DECEMBER 1, 1999 23:59:59", "%B %d, %Y %H:%M:%S")]),
]

FORMATS = [(word, form, days_of(word, form)) for word, form in [
    ("20240229", "%Y%m%d"), ("29022024", "%d%m%Y"), ("240229", "%y%m%d"), ("2024-060", "%Y-%j"), ("202402", "%Y%m"),
    ("2024-02", "%Y-%m"), ("Feb 2024", "%b %Y"), ("2024", "%Y"), ("20240229134510", "%Y%m%d%H%M%S"),
    ("2024-02-29 13:45:10.123456", "%Y-%m-%d %H:%M:%S.%f"), ("2024-02-29 13:45:10.5", "%Y-%m-%d %H:%M:%S.%f"),
    ("29.02.2024 13.45", "%d.%m.%Y %H.%M"), ("29/Feb/2024:13:45:10 +0100", "%d/%b/%Y:%H:%M:%S %z"),
    ("2024-02-29T13:45:10Z", "%Y-%m-%dT%H:%M:%S%z"), ("2024-02-29 01:45 PM", "%Y-%m-%d %I:%M %p"),
    ("12/31/1999", "%m/%d/%Y"), ("31 December 1999", "%d %B %Y"), ("Fri 31 Dec 1999", "%a %d %b %Y"),
    ("29/02/2023", "%d/%m/%Y"), ("13/13/2024", "%d/%m/%Y"), ("29/02/2024 x", "%d/%m/%Y"), ("29/02", "%d/%m/%Y"),
    ("", "%d/%m/%Y"), ("2024-02-29 25:00", "%Y-%m-%d %H:%M"), ("2024-02-29 13:61", "%Y-%m-%d %H:%M")]]

NO_DATES = ["", "2024-13-01", "2023-02-29", "2024-02-30", "2024-01-01x", "2024-01-01 25:00", "2024-01-01 10:60",
            "2024-01-01 10:00:61", "tomorrow", "2024-00-10", "2024-01-00", "12:30", "a-b-c", "2024-01-01 10:00+25:00"]

if __name__ == "__main__":
    assert all(value is not None for column in NUMBERS for value in column["values"]), NUMBERS
    assert all(value is not None for column in DATES for value in column["values"]), DATES
    assert all(pd.isna(pd.to_numeric(pd.Series([word]), errors="coerce")[0]) for word in NO_NUMBERS)
    assert all(days_of(word, ISO) is None for word in NO_DATES)
    write("pandas_words.json", {"source": source("pandas"), "numbers": NUMBERS, "dates": DATES,
                                "formats": [list(case) for case in FORMATS],
                                "refused": {"numbers": NO_NUMBERS, "dates": NO_DATES}})
