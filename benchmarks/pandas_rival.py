"""The rival: the base rules in pandas, as a competent programmer would write them, on files that Bangfu has already read and keyed.

Vectorised throughout; text work only on distinct pairs of names. It is spared intake, the repair of numbers and values, and the sentence
of each finding (说明). tests/benchmarks hold its findings against ours; the benchmark does so again before it measures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bangfu.core.names import differ
from bangfu.core.periods import Month, last_twelve_months
from bangfu.engine.duckdb_.facts import Delivery

CONFIRMS, CONTRADICTS, DOUBT, CANNOT = "佐证", "矛盾", "疑点", "无法核对"
SERIOUS_ILLNESS = "患重特大疾病"
FINDING = ["户主身份证号", "身份证号", "数据集", "结论", "种类"]
# What every rule gives: whose row, its number in the delivered file, what it comes to.
_CLAIM = ["pid", "row", "数据集", "结论", "种类"]


@dataclass(frozen=True, slots=True)
class Files:
    """What the rival reads: the register as Bangfu normalised it, staged deliveries, and what the register's file is called."""

    people: Path
    deliveries: Mapping[str, Delivery]
    registry: str


def find(files: Files, on: date, out: Path, *, sources: bool) -> None:
    """Write the findings of all base rules to a Parquet file; with ``sources`` also 来源行, in sorted order as ours."""
    people = _read_people(files.people)
    matched = {name: _matched(people, delivery) for name, delivery in files.deliveries.items()}
    names = {"": files.registry} | {name: delivery.file for name, delivery in files.deliveries.items()}
    found = judge(people, matched, names, files.deliveries["population"].coverage, on, sources=sources)
    found.to_parquet(out, compression="zstd", index=False)


def judge(
    people: pd.DataFrame,
    matched: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    coverage: tuple[str, ...] | None,
    on: date,
    *,
    sources: bool,
) -> pd.DataFrame:
    """The findings of ``people`` (index pid) and the ``matched`` rows of each dataset (with pid); ``names``: dataset → file."""
    _describe(people, matched["disability"])
    claims = [_unusable(people), _unregistered(people, matched["population"], coverage)]
    claims += [_other_names(people, rows, name) for name, rows in matched.items()]
    claims += _life(matched) + _belongings(people, matched) + _work(people, matched)
    claims += _income(people, matched, on) + _welfare(people, matched, on)
    return _findings(people, pd.concat(claims, ignore_index=True), names, sources=sources)


def _read_people(path: Path) -> pd.DataFrame:
    people = pq.read_table(path).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    people["pid"] = people["pid"].astype("int64")
    return people.set_index("pid", drop=False).rename_axis(None)


def _matched(people: pd.DataFrame, delivery: Delivery) -> pd.DataFrame:
    """Rows about persons of the register. Rows without a key are left in the file: pandas would make the keys floating."""
    wanted = [name for name in pq.read_schema(delivery.staged[0]).names if name not in ("written", "broken", "folded")]
    rows = pd.concat(
        [
            pq.read_table(path, columns=wanted, filters=pc.field("key").is_valid()).to_pandas()
            for path in delivery.staged
        ],
        ignore_index=True,
    )
    own = people.loc[people["key"].notna(), ["pid", "key"]].astype({"key": "int64"})
    return rows[rows["key"].isin(own["key"])].merge(own, on="key")


def _describe(people: pd.DataFrame, certificates: pd.DataFrame) -> None:
    """Add what rules ask of persons and households."""
    certified = certificates.loc[certificates["status"] == "有效", "pid"]
    said = people["health"].eq("残疾") | people["illness_or_disability"].str.contains("残疾", regex=False)
    people["disabled"] = said.fillna(value=False).astype(bool) | people["pid"].isin(certified)
    causes = people["main_cause"].fillna("") + " " + people["secondary_causes"].fillna("")
    ill = people.loc[causes.str.contains(SERIOUS_ILLNESS, regex=False), "household"]
    people["serious_illness"] = people["household"].isin(ill)


def _claim(rows: pd.DataFrame, dataset: str, kind: str, conclusion: str | pd.Series) -> pd.DataFrame:
    claim = rows[["pid", "row"]].copy()
    claim["数据集"], claim["种类"], claim["结论"] = dataset, kind, conclusion
    return claim[_CLAIM]


def _either(condition: pd.Series, then: str, otherwise: str) -> pd.Series:
    return condition.map({True: then, False: otherwise})


def _unusable(people: pd.DataFrame) -> pd.DataFrame:
    rows = people.loc[people["key"].isna(), ["pid"]]
    return _claim(rows.assign(row=rows["pid"]), "", "号码无效", CANNOT)


def _unregistered(people: pd.DataFrame, population: pd.DataFrame, coverage: tuple[str, ...] | None) -> pd.DataFrame:
    """Silence is a fact for places that are covered; it has no row."""
    silent = people["key"].notna() & ~people["pid"].isin(population["pid"])
    if coverage is not None:
        silent &= people["place"].str.startswith(coverage).fillna(value=False).astype(bool)
    return _claim(people.loc[silent, ["pid"]].assign(row=-1), "population", "查无此人", DOUBT)


def _other_names(people: pd.DataFrame, rows: pd.DataFrame, dataset: str) -> pd.DataFrame:
    own = rows["pid"].map(people["name"])
    unequal = rows.assign(own=own)[(own != rows["name"]) & (own != "") & (rows["name"] != "")]
    pairs = unequal[["own", "name"]].drop_duplicates()
    really = [differ(one, other) for one, other in zip(pairs["own"], pairs["name"], strict=True)]
    pairs = pairs[pd.Series(really, index=pairs.index, dtype=bool)]
    return _claim(unequal.merge(pairs, on=["own", "name"]), dataset, "姓名不符", DOUBT)


def _life(matched: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    population = matched["population"]
    cancelled = population[population["status"] == "注销"]
    died = cancelled["reason"] == "死亡"
    return [
        _claim(matched["deaths"], "deaths", "已死亡", CONTRADICTS),
        _claim(cancelled[died], "population", "已死亡", CONTRADICTS),
        _claim(cancelled[~died], "population", "户籍注销", DOUBT),
    ]


def _belongings(people: pd.DataFrame, matched: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    cars = matched["vehicles"]
    cars = cars[cars["status"].isin(["正常", "查封"]) & ~cars["vehicle_type"].str.contains("摩托车", regex=False)]
    of_disabled = cars["pid"].map(people["disabled"])
    suited = cars["vehicle_type"].str.contains("残疾人|轮椅") | cars["use"].str.contains("残疾人|轮椅")
    companies = matched["companies"]
    companies = companies[companies["status"].isin(["存续", "在业", "吊销"])]
    estate = matched["real_estate"]
    estate = estate[estate["status"] == "现势"]
    return [
        _claim(cars, "vehicles", "名下机动车", _either(of_disabled & suited, DOUBT, CONTRADICTS)),
        _claim(companies, "companies", "名下企业", _either(companies["status"] == "吊销", DOUBT, CONTRADICTS)),
        _claim(estate[estate["use"].isin(["商业", "商铺"])], "real_estate", "经营性房产", CONTRADICTS),
        _homes(people, estate[estate["use"] == "住宅"]),
    ]


def _homes(people: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """Two homes in the household, whoever owns them. The claim has the household's number, and no person."""
    homes = homes.assign(unit=homes["unit"].where(homes["unit"] != "", homes["location"]))
    homes = homes[homes["unit"] != ""]
    homes = homes.assign(household=homes["pid"].map(people["household"]), part=~homes["share"].isin(["全部", "100%"]))
    totals = homes.groupby("household").agg(units=("unit", "nunique"), part=("part", "any"))
    several = totals[totals["units"] >= 2]
    heads = people.groupby("household")["pid"].first()
    homes = homes[homes["household"].isin(several.index)]
    doubtful = homes["household"].map(several["part"])
    claim = _claim(homes, "real_estate", "多套住房", _either(doubtful, DOUBT, CONTRADICTS))
    return claim.assign(pid=homes["household"].map(heads), whole=True).drop_duplicates()


def _work(people: pd.DataFrame, matched: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    insured = matched["social_insurance"]
    insured = insured[insured["status"] == "参保缴费"]
    status = insured["pid"].map(people["status"])
    said = status.map({"在岗": CONFIRMS, "失(无)业": CONTRADICTS, "下(待)岗": CONTRADICTS})
    registered = matched["employment"]
    jobless = registered["pid"].map(people["status"]) == "失(无)业"
    registered = registered[jobless & registered["status"].isin(["失业", "就业"])]
    pensions = matched["pensions"]
    pensions = pensions[pensions["status"] == "正常"]
    pensioner = _either(pensions["pid"].map(people["status"]) == "退休", CONFIRMS, DOUBT)
    pensioner = pensioner.mask(pensions["pid"].map(people["is_head"]), CONTRADICTS)
    unemployed = _either(registered["status"] == "失业", CONFIRMS, CONTRADICTS)
    return [
        _claim(insured[said.notna()], "social_insurance", "劳动关系", said.dropna()),
        _claim(registered, "employment", "就业状态", unemployed),
        _claim(pensions, "pensions", "领取养老金", pensioner),
    ]


def _income(people: pd.DataFrame, matched: Mapping[str, pd.DataFrame], on: date) -> list[pd.DataFrame]:
    """1.2 × 12 × the declared income of a month, in whole numbers."""
    fund = matched["provident_fund"]
    fund = fund[fund["status"] == "正常"].dropna(subset=["base"])
    fund = fund[fund["base"] * 120 > fund["pid"].map(people["declared_income"]) * 144]
    month = Month.of(on).number
    taxed = matched["income_tax"]
    taxed = taxed[taxed["month"].between(month - 11, month)]
    paid = taxed.groupby("pid")["amount"].sum()
    more = paid[paid * 10 > paid.index.map(people["declared_income"]) * 144]
    return [
        _claim(fund, "provident_fund", "收入不符", CONTRADICTS),
        _claim(taxed[taxed["pid"].isin(more.index)], "income_tax", "收入不符", CONTRADICTS),
    ]


def _welfare(people: pd.DataFrame, matched: Mapping[str, pd.DataFrame], on: date) -> list[pd.DataFrame]:
    relief = matched["minimum_allowance"]
    relief = relief[relief["until"].isna() | (relief["until"] >= Month.of(on).number)]
    students = matched["students"]
    students = students[students["pid"].map(people["status"]) == "学生"]
    cards = matched["disability"]
    cards = cards[cards["status"] == "有效"]
    kind, grade = (cards["pid"].map(people[column]) for column in ("disability_type", "disability_grade"))
    agrees = (cards["certificate_type"] == kind) & (cards["certificate_grade"] == grade) & (kind != "") & (grade != "")
    agrees = agrees.fillna(value=False).astype(bool)
    elsewhere = matched["other_archives"]
    return [
        _claim(relief, "minimum_allowance", "低保在享", CONFIRMS),
        _treatment(people, matched["medical_settlement"], on),
        _claim(students, "students", "在读学生", CONFIRMS),
        _claim(cards, "disability", "残疾证", _either(agrees, CONFIRMS, DOUBT)),
        _claim(elsewhere[elsewhere["status"] == "在档"], "other_archives", "异地建档", CONTRADICTS),
    ]


def _treatment(people: pd.DataFrame, bills: pd.DataFrame, on: date) -> pd.DataFrame:
    days = pd.to_datetime(bills["day"])
    in_year = days.between(pd.Timestamp(last_twelve_months(on).start), pd.Timestamp(on))
    bills = bills[in_year & bills["pid"].map(people["serious_illness"])]
    paid = bills.groupby("pid")["self_paid"].sum()
    return _claim(bills[bills["pid"].isin(paid[paid > 0].index)], "medical_settlement", "医疗支出", CONFIRMS)


def _findings(people: pd.DataFrame, claims: pd.DataFrame, files: Mapping[str, str], *, sources: bool) -> pd.DataFrame:
    """One row per household, person, dataset, conclusion and kind; what concerns the whole household is laid on its head's number."""
    claims["户主身份证号"] = claims["pid"].map(people["household_text"])
    claims["身份证号"] = claims["pid"].map(people["person_text"])
    whole = claims.pop("whole").notna()
    claims.loc[whole, "身份证号"] = claims.loc[whole, "户主身份证号"]
    if not sources:
        return claims[FINDING].drop_duplicates()
    claims = claims[[*FINDING, "row"]].drop_duplicates().sort_values([*FINDING, "row"])
    text = claims["数据集"].map(files) + ":" + claims["row"].astype("str")
    claims["来源行"] = text.where(claims["row"] >= 0, "")
    return _joined(claims.drop(columns="row"))


def _joined(claims: pd.DataFrame) -> pd.DataFrame:
    """Nine in ten findings have one row: only the others are grouped."""
    several = claims.duplicated(FINDING, keep=False)
    joined: Iterable[pd.DataFrame] = (
        claims[~several],
        claims[several].groupby(FINDING, sort=False)["来源行"].agg(";".join).reset_index(),
    )
    return pd.concat(joined, ignore_index=True).sort_values(FINDING)
