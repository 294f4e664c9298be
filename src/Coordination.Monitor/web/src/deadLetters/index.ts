export { GroupPage } from './GroupPage'
export { GroupsPage } from './GroupsPage'
export { LetterPage } from './LetterPage'
