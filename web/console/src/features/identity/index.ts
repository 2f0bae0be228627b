/** Identity: signing in, one's own profile, and the people, teams, roles and tokens of the desk. */

import { Info, KeyRound, Network, ShieldCheck, Sparkles, UserRound, UsersRound } from '@lucide/vue'
import type { Feature } from '@/app/feature'

export default {
  name: 'identity',
  openRoutes: [
    { path: '/sign-in', component: () => import('./pages/SignIn.vue') },
    { path: '/setup/:link', component: () => import('./pages/Setup.vue'), props: true },
  ],
  settings: [
    { path: 'profile', group: 'mine', label: 'identity.profile.title', icon: UserRound, order: 10, component: () => import('./settings/Profile.vue') },
    { path: 'agents', group: 'people', label: 'identity.agents.title', icon: UsersRound, order: 10, permission: 'agent.read', component: () => import('./settings/Agents.vue') },
    { path: 'teams', group: 'people', label: 'identity.teams.title', icon: Network, order: 20, permission: 'team.read', component: () => import('./settings/Teams.vue') },
    { path: 'roles', group: 'people', label: 'identity.roles.title', icon: ShieldCheck, order: 30, permission: 'role.read', component: () => import('./settings/Roles.vue') },
    { path: 'skills', group: 'people', label: 'identity.skills.title', icon: Sparkles, order: 40, permission: 'skill.read', component: () => import('./settings/Skills.vue') },
    { path: 'about', group: 'about', label: 'identity.about.title', icon: Info, order: 10, component: () => import('./settings/About.vue') },
    { path: 'tokens', group: 'channels', label: 'identity.tokens.title', icon: KeyRound, order: 40, permission: 'token.read', component: () => import('./settings/Tokens.vue') },
  ],
} satisfies Feature
