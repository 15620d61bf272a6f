"""Costs held against the file as a whole: none over its budget, none without one, no budget for what is no more."""

from collections.abc import Collection, Mapping

from tests.bench.statements import Count, QueryBudgets


def problems(budgets: QueryBudgets, costs: Mapping[str, Count], prefixes: str | tuple[str, ...]) -> list[str]:
    """What is wrong with the budgets whose names begin with one of `prefixes`."""
    found = []
    for name, count in costs.items():
        try:
            budgets.hold(name, count)
        except AssertionError as error:
            found.append(str(error))
    gone = sorted(name for name in budgets.numbers if name.startswith(prefixes) and name not in costs)
    if gone and budgets.update:
        budgets.forget(gone)
        return found
    return found + [f"{name} has a budget and is no more: pytest --update-query-budgets takes it out." for name in gone]


def grown(few: Mapping[str, Count], many: Mapping[str, Count], *, but_one: Collection[str] = ()) -> list[str]:
    """What costs more with many rows than with few; one more where its name is in `but_one`."""
    return [
        f"{name}: few rows cost {len(few[name])}, many cost {len(many[name])}\n{few[name]}\n---\n{many[name]}"
        for name in few
        if len(many[name]) != len(few[name]) + (name in but_one)
    ]
