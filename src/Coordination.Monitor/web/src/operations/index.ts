export { OperationPage } from './OperationPage'
export { OperationsPage } from './OperationsPage'
