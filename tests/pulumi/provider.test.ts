import { DirectClient } from './provider/client';
import { describeProvider } from './provider/suite';

describeProvider((address) => new DirectClient(address));
