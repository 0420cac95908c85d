"""A mixed-integer programme, put together column by column and handed to HiGHS.

Pure, and knows nothing of shifts: `rostering` says what the columns mean. One thread and a seed, so that the same
programme gives the same solution unless the time limit ends the search.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

Term = tuple[int, float]
"""A column and its coefficient."""

Watch = Callable[[float, float], None]
"""Told now and then of the best objective and the best bound so far, either of them infinite before it is known."""


@dataclass(frozen=True)
class Solution:
    """`values` by column; no solution has an objective below `bound`. `proven`: within the gap that was asked for."""

    values: Sequence[float]
    objective: float
    bound: float
    proven: bool

    def chosen(self, column: int) -> bool:
        return self.values[column] > 0.5


class Programme:
    """Columns are numbers from 0 to an upper bound, rows are sums of them between two limits."""

    def __init__(self) -> None:
        self._costs: list[float] = []
        self._uppers: list[float] = []
        self._integers: list[bool] = []
        self._lows: list[float] = []
        self._highs: list[float] = []
        self._starts = [0]
        self._indices: list[int] = []
        self._coefficients: list[float] = []
        self.offset = 0.0
        """What every solution costs beside its columns."""

    def column(self, *, upper: float = 1, integer: bool = False, cost: float = 0) -> int:
        self._costs.append(cost)
        self._uppers.append(upper)
        self._integers.append(integer)
        return len(self._costs) - 1

    def price(self, column: int, cost: float) -> None:
        """Gives a column another cost."""
        self._costs[column] = cost

    def row(self, terms: Iterable[Term], *, low: float = -math.inf, high: float = math.inf) -> None:
        """The terms of a column that comes more than once are added up; the solver would not end with them apart."""
        sums: dict[int, float] = defaultdict(float)
        for column, coefficient in terms:
            sums[column] += coefficient
        self._indices += sums.keys()
        self._coefficients += sums.values()
        self._starts.append(len(self._indices))
        self._lows.append(low)
        self._highs.append(high)

    def minimise(
        self,
        *,
        seconds: float,
        gap: float,
        seed: int,
        start: Sequence[float] | None = None,
        watch: Watch | None = None,
        relaxed: bool = False,
        among: Collection[int] | None = None,
    ) -> Solution:
        """The cheapest solution found in `seconds`, or as soon as it is within `gap` (a share) of the bound.

        `start` holds values of integer columns to begin with, zero for those missing at its end; the solver finds the
        others. `relaxed` lets every column be a fraction: quick, and its objective is a bound for the integer
        programme. `among` are the integer columns that may be more than zero, all when None; what is found so is a
        solution of the whole, its bound is not. Raises RuntimeError when no solution was found.
        """
        solver = highspy.Highs()
        for option, value in {
            "output_flag": False,
            "threads": 1,
            "random_seed": seed,
            "time_limit": seconds,
            "mip_rel_gap": gap,
            # Good solutions lie near the relaxed one here; these look there first and save a fifth of the time.
            "mip_heuristic_run_rens": True,
            "mip_heuristic_run_root_reduced_cost": True,
        }.items():
            solver.setOptionValue(option, value)
        solver.passModel(self._model(relaxed=relaxed, among=among))
        if start is not None:
            known = highspy.HighsSolution()
            known.col_value = [*start, *(0.0 for _ in range(len(self._costs) - len(start)))]
            solver.setSolution(known)
        if watch is not None:
            report = watch
            solver.cbMipLogging.subscribe(
                lambda event: report(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)
            )
        solver.run()
        info = solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise RuntimeError(f"no solution: {solver.modelStatusToString(solver.getModelStatus())}")
        mixed = any(self._integers) and not relaxed
        return Solution(
            values=list(solver.getSolution().col_value),
            objective=info.objective_function_value,
            bound=info.mip_dual_bound if mixed else info.objective_function_value,
            proven=solver.getModelStatus() == highspy.HighsModelStatus.kOptimal,
        )

    def _model(self, *, relaxed: bool, among: Collection[int] | None) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self._costs), len(self._lows)
        model.offset_ = self.offset
        model.col_cost_ = np.array(self._costs, dtype=float)
        model.col_lower_ = np.zeros(len(self._costs))
        model.col_upper_ = np.array(
            [
                upper if among is None or not integer or column in among else 0
                for column, (upper, integer) in enumerate(zip(self._uppers, self._integers, strict=True))
            ],
            dtype=float,
        )
        model.row_lower_ = np.array(self._lows, dtype=float)
        model.row_upper_ = np.array(self._highs, dtype=float)
        if not relaxed:
            kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
            model.integrality_ = [kinds[integer] for integer in self._integers]
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = model.num_col_, model.num_row_
        matrix.start_ = np.array(self._starts, dtype=np.int32)
        matrix.index_ = np.array(self._indices, dtype=np.int32)
        matrix.value_ = np.array(self._coefficients, dtype=float)
        return model
