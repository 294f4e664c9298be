import { useEffect, useState } from 'react'
import { whenSignedOut } from '../api/client'
import { Toasts } from '../ui/toast'
import { Shell } from './Shell'
import { SignedOut } from './SignedOut'

export const App = () => {
  const [signedOut, setSignedOut] = useState(false)
  useEffect(() => whenSignedOut(() => setSignedOut(true)), [])
  return signedOut ? <SignedOut /> : <><Shell /><Toasts /></>
}
