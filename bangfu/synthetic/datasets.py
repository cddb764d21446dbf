"""The sixteen departments' datasets as DESIGN 4 names them: headings, whose number, and in which format each office delivers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dataset:
    """One delivery: its columns, and the file it comes in. ``strangers``: rows of people not on file, per person on file."""

    name: str
    headings: tuple[str, ...]
    suffix: str
    encoding: str
    strangers: float

    @property
    def name_heading(self) -> str:
        """The column of the person's name."""
        return next(heading for heading in ("姓名", "所有人", "法定代表人", "权利人") if heading in self.headings)

    @property
    def number_heading(self) -> str:
        """The column of the person's number (or disability card)."""
        return next(h for h in ("身份证号", "公民身份号码", "证件号", "残疾人证号") if h in self.headings)


def _dataset(name: str, headings: str, suffix: str, strangers: float, encoding: str = "utf-8") -> Dataset:
    return Dataset(name, tuple(headings.split()), suffix, encoding, strangers)


_GB, _BOM = "gb18030", "utf-8-sig"
DATASETS = {
    dataset.name: dataset
    for dataset in (
        _dataset("population", "姓名 公民身份号码 与户主关系 户号 户籍地址 状态 注销原因", "csv", 4),
        _dataset("deaths", "姓名 身份证号 死亡日期", "csv", 0.1, _GB),
        _dataset(
            "vehicles", "所有人 身份证号 号牌号码 号牌种类 车辆类型 品牌 使用性质 初次登记日期 状态", "csv", 0.6, _GB
        ),
        _dataset(
            "companies", "统一社会信用代码 名称 法定代表人 身份证号 职务 出资额 出资比例 状态 成立日期", "xlsx", 0.15
        ),
        _dataset("real_estate", "权利人 证件号 不动产单元号 坐落 面积 用途 共有份额 登记日期 状态", "csv", 0.6, _BOM),
        _dataset(
            "social_insurance",
            "姓名 身份证号 单位名称 统一社会信用代码 险种 缴费基数 起始年月 截止年月 状态",
            "parquet",
            1.2,
        ),
        _dataset("employment", "姓名 身份证号 登记类型 登记日期 状态", "csv", 0.3, _GB),
        _dataset("pensions", "姓名 身份证号 月待遇 起始年月 状态", "csv", 0.4),
        _dataset("medical_insurance", "姓名 身份证号 险种 状态", "parquet", 2),
        _dataset("medical_settlement", "姓名 身份证号 结算日期 病种 总费用 个人自付", "csv", 0.6, _BOM),
        _dataset("minimum_allowance", "姓名 身份证号 证号 救助类别 保障人口 月金额 起始年月 截止年月", "csv", 0.2, _GB),
        _dataset("provident_fund", "姓名 身份证号 单位名称 缴存基数 月缴存额 状态", "csv", 0.3),
        _dataset("income_tax", "姓名 身份证号 所得项目 收入额 所属年月", "parquet", 1),
        _dataset("students", "姓名 身份证号 学校 学段 年级 资助项目 资助金额", "csv", 0.4, _GB),
        _dataset("disability", "姓名 残疾人证号 状态", "xlsx", 0.2),
        _dataset("other_archives", "姓名 身份证号 建档地 困难类别 状态", "xlsx", 0.03),
    )
}
