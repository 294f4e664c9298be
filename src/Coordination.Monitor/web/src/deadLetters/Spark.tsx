import css from './letters.module.css'

/** Counts of the last 24 hours; the words beside it say the same. */
export const Spark = ({ values }: { values: readonly number[] }) => {
  const most = Math.max(1, ...values)
  const width = 4
  return <svg className={css.spark} width={values.length * width} height={20} role="img" aria-label={`Of the last 24 hours: ${values.reduce((sum, value) => sum + value, 0)}, most in one hour ${Math.max(0, ...values)}`}>
    {values.map((value, index) => { const height = value === 0 ? 1 : Math.max(2, value / most * 18)
      return <rect key={index} x={index * width} y={20 - height} width={width - 1} height={height} fill="currentColor" opacity={value === 0 ? 0.5 : 1} /> })}
  </svg>
}
