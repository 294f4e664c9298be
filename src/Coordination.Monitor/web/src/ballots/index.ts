export { BallotPage } from './BallotPage'
export { BallotsPage } from './BallotsPage'
export { VotersPage } from './VotersPage'
